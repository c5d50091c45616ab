/** One area as the page says it. */
export interface Row {
  code: string;
  class: string;
  name: string;
  value: string;
  element: HTMLTableRowElement;
}

/**
 * The table under a map as the way to its areas: one tab stop, arrow keys move
 * between rows, Enter or a click chooses one.
 */
export class AreaTable {
  readonly rows = new Map<string, Row>();
  onChoice: (code: string) => void = () => undefined;
  private current: HTMLTableRowElement | undefined;

  constructor(table: HTMLTableElement, signal: AbortSignal) {
    for (const element of table.tBodies[0]?.rows ?? []) {
      const code = element.dataset["code"] ?? "";
      const [name, value] = element.cells;
      this.rows.set(code, {
        code, element, class: element.dataset["class"] ?? "",
        name: name?.textContent?.trim() ?? code, value: value?.textContent?.trim() ?? "",
      });
      element.tabIndex = -1;
    }
    table.dataset["live"] = "";
    const first = table.tBodies[0]?.rows[0];
    if (first) this.stop(first);
    table.addEventListener("click", (e) => this.click(e), { signal });
    table.addEventListener("keydown", (e) => this.key(e), { signal });
    signal.addEventListener("abort", () => {
      delete table.dataset["live"];
      for (const row of this.rows.values()) row.element.removeAttribute("tabindex");
    }, { once: true });
  }

  /** Marks a row; scrolls to it inside the table unless the reader is there. */
  choose(code: string, here: boolean): Row | undefined {
    const row = this.rows.get(code);
    for (const e of this.rows.values()) e.element.removeAttribute("aria-current");
    if (!row) return undefined;
    row.element.setAttribute("aria-current", "true");
    this.stop(row.element);
    const box = row.element.closest<HTMLElement>(".gd-map-scroll");
    if (!here && box) box.scrollTop = row.element.offsetTop - box.clientHeight / 2;
    return row;
  }

  private stop(row: HTMLTableRowElement): void {
    if (this.current) this.current.tabIndex = -1;
    this.current = row;
    row.tabIndex = 0;
  }

  private click(e: Event): void {
    const target = e.target as Element;
    const row = target.closest<HTMLTableRowElement>("tr[data-code]");
    if (row && !target.closest("a")) this.onChoice(row.dataset["code"] ?? "");
  }

  private key(e: KeyboardEvent): void {
    const row = e.target as HTMLElement;
    if (!(row instanceof HTMLTableRowElement) || e.isComposing) return;
    if (e.key === "Enter" || e.key === " ") {
      e.preventDefault();
      this.onChoice(row.dataset["code"] ?? "");
      return;
    }
    const next = e.key === "ArrowDown" ? row.nextElementSibling : e.key === "ArrowUp" ? row.previousElementSibling : null;
    if (next instanceof HTMLTableRowElement) {
      e.preventDefault();
      this.stop(next);
      next.focus();
    }
  }
}
