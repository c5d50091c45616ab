import { Island, define, make } from "../island";

/**
 * <gongdao-live id> over a part of a page that changes and a link that loads
 * it again (data-refresh, or the first link inside). It loads that part
 * again when the server says so by events (data-src, text/event-stream), or
 * every data-every seconds, and stops when the part carries data-done; with
 * data-then it goes on to that address.
 *
 * At most one update in two seconds, none while paused or hidden, and none
 * while the reader is inside the part with a form.
 */
class Live extends Island {
  private source: EventSource | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private last = 0;
  private paused = false;
  private loading = false;
  private losses = 0;
  private said = make("p", "govuk-visually-hidden");
  private button = make("button", "gd-link-button");

  protected start(): void {
    if (!this.id || !this.address()) throw new Error("needs an id and an address");
    this.said.setAttribute("role", "status");
    this.button.type = "button";
    this.label();
    this.button.addEventListener("click", () => this.pause(!this.paused), { signal: this.signal });
    this.after(this.button, this.said);
    document.addEventListener("visibilitychange", () => this.visible(), { signal: this.signal });
    this.signal.addEventListener("abort", () => {
      this.close();
      this.button.remove();
      this.said.remove();
    }, { once: true });
    if (this.finished()) this.rest(); // nothing to wait for, and nowhere to go
    else this.open();
  }

  private address(): string {
    return this.dataset["refresh"] ?? this.querySelector<HTMLAnchorElement>("a[data-refresh]")?.href ?? "";
  }

  private twin(root: ParentNode): HTMLElement | null {
    return root.querySelector<HTMLElement>(`#${CSS.escape(this.id)}`);
  }

  private finished(): boolean {
    return this.hasAttribute("data-done") || this.querySelector("[data-done]") !== null;
  }

  private open(): void {
    const src = this.dataset["src"];
    if (!src) {
      this.later(Number(this.dataset["every"] ?? 2) * 1000);
      return;
    }
    const source = (this.source = new EventSource(src));
    source.addEventListener("open", () => { this.losses = 0; });
    for (const kind of ["message", "change", "done"]) source.addEventListener(kind, () => this.wish());
    source.addEventListener("error", () => this.lost());
  }

  private close(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.source?.close();
    this.source = undefined;
  }

  /** A lost stream is opened again with growing, uneven pauses. */
  private lost(): void {
    this.close();
    this.losses++;
    if (this.losses > 4) {
      this.said.textContent = this.text("lost");
      this.setAttribute("data-failed", "");
      return;
    }
    const wait = 1000 * 2 ** this.losses * (0.5 + Math.random());
    this.timer = setTimeout(() => void this.load().then(() => { if (!this.finished()) this.open(); }), wait);
  }

  private wish(): void {
    if (this.timer !== undefined || this.paused || document.hidden) return;
    this.later(Math.max(0, 2000 - (performance.now() - this.last)));
  }

  private later(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.timer = undefined;
      void this.load();
    }, ms);
  }

  private visible(): void {
    if (!document.hidden && !this.paused && !this.finished()) this.wish();
  }

  private pause(on: boolean): void {
    this.paused = on;
    this.label();
    this.close();
    if (!on) {
      void this.load();
      this.open();
    }
  }

  private label(): void {
    this.button.textContent = this.text(this.paused ? "resume" : "pause");
  }

  private async load(): Promise<void> {
    if (this.loading || this.paused) return;
    this.loading = true;
    try {
      const answer = await fetch(this.address(), { headers: { Accept: "text/html" }, signal: this.signal });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = this.twin(page);
      if (!answer.ok || !fresh) throw new Error(`status ${answer.status}`);
      this.show(fresh);
    } catch (cause) {
      if (!this.signal.aborted) this.retry(cause);
    } finally {
      this.loading = false;
      this.last = performance.now();
    }
  }

  private retry(cause: unknown): void {
    this.losses++;
    if (this.losses > 4) {
      this.said.textContent = this.text("lost");
      this.fail(cause);
      return;
    }
    if (!this.source) this.later(2000 * this.losses);
  }

  private show(fresh: HTMLElement): void {
    this.losses = 0;
    const busy = this.contains(document.activeElement) && document.activeElement?.closest("form") !== null;
    if (!busy && fresh.innerHTML !== this.innerHTML) {
      const focused = this.contains(document.activeElement) ? document.activeElement?.id : "";
      for (const name of ["data-done", "data-then"]) {
        const value = fresh.getAttribute(name);
        if (value === null) this.removeAttribute(name);
        else this.setAttribute(name, value);
      }
      this.replaceChildren(...fresh.childNodes);
      if (focused) document.getElementById(focused)?.focus();
      this.said.textContent = this.querySelector("[data-say]")?.textContent ?? this.text("updated");
      this.dispatchEvent(new CustomEvent("htmx:after:swap", { bubbles: true, detail: {} }));
    }
    if (this.finished()) this.done();
    else if (!this.source) this.later(Number(this.dataset["every"] ?? 2) * 1000);
  }

  /** Nothing changes any more. */
  private rest(): void {
    this.close();
    this.button.hidden = true;
  }

  /** What was watched has come to its end. */
  private done(): void {
    this.rest();
    if (this.said.textContent) this.said.textContent = this.text("done");
    const then = this.dataset["then"];
    if (then) location.assign(then);
  }
}

define("gongdao-live", Live);
