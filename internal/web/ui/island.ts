// What every island promises: the server's content stays until the island is
// ready and whenever it fails; data-ready and data-failed say which; no words
// of its own, they come as data-t-*; it cleans up when it is taken away.

/** Base of all islands. */
export abstract class Island extends HTMLElement {
  private gone = new AbortController();

  /** Ends when the element is taken from the page. Give it to every listener. */
  protected get signal(): AbortSignal {
    return this.gone.signal;
  }

  connectedCallback(): void {
    if (this.gone.signal.aborted) this.gone = new AbortController();
    // A parser may still be inside the element; start when it is not.
    queueMicrotask(() => {
      if (this.isConnected && !this.hasAttribute("data-ready")) void this.begin();
    });
  }

  disconnectedCallback(): void {
    this.gone.abort();
    this.removeAttribute("data-ready");
  }

  private async begin(): Promise<void> {
    try {
      await this.start();
      this.setAttribute("data-ready", "");
    } catch (cause) {
      this.fail(cause);
    }
  }

  /** Upgrades the content. What it throws leaves the content as it was. */
  protected abstract start(): void | Promise<void>;

  /** Marks the island as failed; the content it stands over goes on working. */
  protected fail(cause: unknown): void {
    this.setAttribute("data-failed", "");
    console.warn(this.localName, cause);
  }

  /** A word of the page, data-t-NAME, with {parts} filled in. */
  protected text(name: string, parts: Record<string, string | number> = {}): string {
    const raw = this.getAttribute(`data-t-${name}`) ?? "";
    return raw.replace(/\{(\w+)\}/g, (whole, key: string) => String(parts[key] ?? whole));
  }
}

/** Defines an element once, also when two bundles bring it. */
export function define(tag: string, island: CustomElementConstructor): void {
  if (!customElements.get(tag)) customElements.define(tag, island);
}

/** A new element with classes and text. */
export function make<K extends keyof HTMLElementTagNameMap>(tag: K, className = "", text = ""): HTMLElementTagNameMap[K] {
  const e = document.createElement(tag);
  if (className) e.className = className;
  if (text) e.textContent = text;
  return e;
}

/** A figure as the page's language writes it. */
export function figure(n: number, options: Intl.NumberFormatOptions = {}): string {
  return new Intl.NumberFormat(document.documentElement.lang || "zh-Hant-TW", options).format(n);
}

/** Bytes in the unit a reader expects: powers of ten, as in our tables. */
export function bytes(n: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let i = 0;
  while (n >= 1000 && i < units.length - 1) {
    n /= 1000;
    i++;
  }
  return `${figure(n, { maximumFractionDigits: i === 0 || n >= 100 ? 0 : 1 })} ${units[i]}`;
}
