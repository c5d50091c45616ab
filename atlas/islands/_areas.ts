/** One area as the page says it. */
export interface Row {
  class: string;
  name: string;
  value: string;
  element?: HTMLTableRowElement;
}

/** What /…/figure.json says of a map; see atlas.Drawing.Figure. */
export interface Figure {
  kind: string;
  unit: string;
  classes: { shades: string[] };
  legend: { class: string; text: string }[];
  cells: Record<string, [number | null, number | null, number | null, number | null, string]>;
  words: Record<string, string>;
}

/**
 * The areas of a map by code: their names, values and classes, from the table
 * of the page or from the figure. A table is also the way to the areas for
 * those without a pointer: one tab stop, arrow keys move between rows, Enter or
 * a click chooses one.
 */
export class Areas {
  readonly rows = new Map<string, Row>();
  onChoice: (code: string) => void = () => undefined;
  private current: HTMLTableRowElement | undefined;

  /** A row has data-code and data-class, or its code in the first cell. */
  read(table: HTMLTableElement, figure: Figure | undefined, signal: AbortSignal): void {
    for (const element of table.tBodies[0]?.rows ?? []) {
      const own = element.dataset["code"];
      const [first, second, third] = [...element.cells].map((c) => c.textContent?.trim() ?? "");
      const code = own ?? first ?? "";
      const [name, value] = own === undefined ? [second, third] : [first, second];
      this.rows.set(code, { element, class: element.dataset["class"] ?? classOf(figure, code), name: name ?? code, value: value ?? "" });
      element.dataset["code"] = code;
      element.tabIndex = -1;
    }
    table.dataset["live"] = "";
    const first = table.tBodies[0]?.rows[0];
    if (first) this.stop(first);
    table.addEventListener("click", (e) => this.click(e), { signal });
    table.addEventListener("keydown", (e) => this.key(e), { signal });
    signal.addEventListener("abort", () => {
      delete table.dataset["live"];
      for (const row of this.rows.values()) row.element?.removeAttribute("tabindex");
    }, { once: true });
  }

  /** Areas without a table: values as the page's language writes them. */
  take(figure: Figure, names: Map<string, string>): void {
    const words = new Map(figure.legend.map((row) => [row.class, row.text]));
    const share = figure.kind === "share";
    const written = new Intl.NumberFormat(document.documentElement.lang, share ? { style: "percent", maximumFractionDigits: 1 } : { maximumSignificantDigits: 6 });
    for (const [code, [, value]] of Object.entries(figure.cells)) {
      const kind = classOf(figure, code);
      const text = value === null ? words.get(kind) ?? "" : `${written.format(value)} ${share ? "" : figure.unit}`.trim();
      this.rows.set(code, { class: kind, name: names.get(code) ?? code, value: text });
    }
  }

  /** Marks a row; scrolls to it inside the table unless the reader is there. */
  choose(code: string, here: boolean): Row | undefined {
    const row = this.rows.get(code);
    for (const e of this.rows.values()) e.element?.removeAttribute("aria-current");
    if (!row?.element) return row;
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

function classOf(figure: Figure | undefined, code: string): string {
  const cell = figure?.cells[code];
  if (!cell) return "missing";
  return cell[0] === null ? cell[4] : `c${cell[0]}`;
}
