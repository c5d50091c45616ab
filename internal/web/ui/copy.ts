/** Adds a copy button to each block of code. */
export function copyButtons(root: ParentNode): void {
  if (!navigator.clipboard) return; // not a secure context
  for (const block of root.querySelectorAll<HTMLElement>("[data-copy]:not([data-copy-ready])")) {
    const code = block.querySelector("code");
    if (!code) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "gd-code__copy";
    button.textContent = block.dataset["tCopy"] ?? "";
    const said = document.createElement("span");
    said.className = "govuk-visually-hidden";
    said.setAttribute("role", "status");
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(code.textContent ?? "");
      button.textContent = said.textContent = block.dataset["tCopied"] ?? "";
      setTimeout(() => {
        button.textContent = block.dataset["tCopy"] ?? "";
        said.textContent = "";
      }, 2000);
    });
    block.append(button, said);
    block.setAttribute("data-copy-ready", "");
  }
}
