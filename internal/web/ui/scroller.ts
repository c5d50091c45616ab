/**
 * A scroller is a tab stop only while there is something to scroll, and shows
 * at its edges on which side there is more.
 */
export function scrollers(root: ParentNode): void {
  for (const box of root.querySelectorAll<HTMLElement>(".gd-scroll:not([data-scroll-ready])")) {
    box.setAttribute("data-scroll-ready", "");
    const look = () => {
      const more = box.scrollWidth - box.clientWidth;
      box.tabIndex = more > 1 ? 0 : -1;
      box.toggleAttribute("data-more-left", box.scrollLeft > 1);
      box.toggleAttribute("data-more-right", box.scrollLeft < more - 1);
    };
    box.addEventListener("scroll", look, { passive: true });
    new ResizeObserver(look).observe(box);
  }
}
