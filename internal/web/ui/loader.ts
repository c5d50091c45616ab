import { islands } from "gongdao:islands";

/** Loads the definition of each island that stands on the page. */
export function loadIslands(root: ParentNode): void {
  for (const [tag, load] of Object.entries(islands)) {
    if (customElements.get(tag) || !root.querySelector(tag)) continue;
    load().catch((cause: unknown) => {
      for (const e of document.querySelectorAll(tag)) e.setAttribute("data-failed", "");
      console.warn(tag, cause);
    });
  }
}
