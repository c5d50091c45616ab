import { Island, bytes, define, figure, make } from "../island";

/**
 * <gongdao-upload> over a form with a file input. It shows the chosen file,
 * takes a dropped one, and sends the same form to the same address while it
 * says how far it is. Without it the form works as forms do.
 *
 * data-limit: the most bytes the server takes. Words: data-t-*.
 * The answer may redirect (303), name a place (HX-Redirect or Location), or be
 * a page to show in this one's stead, such as the form with its errors (422).
 */
class Upload extends Island {
  private form!: HTMLFormElement;
  private input!: HTMLInputElement;
  private chosen = make("p", "gd-upload__chosen");
  private alert = make("p", "govuk-error-message");
  private box = make("div", "gd-upload__sending");
  private words = make("span", "gd-progress__text");
  private bar = make("progress");
  private said = make("p", "govuk-visually-hidden");
  private xhr: XMLHttpRequest | undefined;
  private spoken = 0;

  protected start(): void {
    const form = this.querySelector("form") ?? this.closest("form");
    const input = this.querySelector<HTMLInputElement>('input[type="file"]');
    if (!form || !input) throw new Error("no form or no file input inside");
    this.form = form;
    this.input = input;
    this.build();
    const signal = this.signal;
    input.addEventListener("change", () => this.show(), { signal });
    form.addEventListener("submit", (e) => this.submit(e), { signal });
    signal.addEventListener("abort", () => this.xhr?.abort(), { once: true });
    this.dropZone(signal);
  }

  private build(): void {
    this.alert.setAttribute("role", "alert");
    this.alert.hidden = this.chosen.hidden = this.box.hidden = true;
    this.said.setAttribute("role", "status");
    const top = make("div", "gd-progress__words");
    const label = make("span", "gd-progress__label", this.text("starting"));
    label.id = `${this.input.id}-sending`;
    this.bar.setAttribute("aria-labelledby", label.id);
    top.append(label, this.words);
    const stop = make("button", "gd-link-button", this.text("cancel"));
    stop.type = "button";
    stop.addEventListener("click", () => this.xhr?.abort());
    const progress = make("div", "gd-progress");
    progress.append(top, this.bar);
    this.box.append(progress, stop);
    this.input.after(this.chosen, this.alert, this.box, this.said);
  }

  private dropZone(signal: AbortSignal): void {
    const group = this.input.closest<HTMLElement>(".govuk-form-group") ?? this;
    group.classList.add("gd-upload__zone");
    const over = (on: boolean) => group.classList.toggle("gd-upload__zone--over", on);
    group.addEventListener("dragover", (e) => {
      if (!e.dataTransfer?.types.includes("Files")) return;
      e.preventDefault();
      over(true);
    }, { signal });
    group.addEventListener("dragleave", () => over(false), { signal });
    group.addEventListener("drop", (e) => {
      over(false);
      const files = e.dataTransfer?.files;
      if (!files?.length || this.input.disabled) return;
      e.preventDefault();
      this.input.files = files;
      this.show();
    }, { signal });
    if (this.text("drop")) this.input.before(make("p", "gd-upload__drop", this.text("drop")));
  }

  private size(): number {
    return [...(this.input.files ?? [])].reduce((sum, f) => sum + f.size, 0);
  }

  /** Says which file was chosen, and at once when it is too large. */
  private show(): void {
    const files = [...(this.input.files ?? [])];
    const size = bytes(this.size());
    const [first] = files;
    this.chosen.hidden = !first;
    this.chosen.textContent = !first ? ""
      : files.length === 1 ? this.text("chosen", { name: first.name, size })
      : this.text("several", { count: figure(files.length), size });
    this.complain(this.tooLarge() ? this.text("too-large", { limit: bytes(this.limit()) }) : "");
  }

  private limit(): number {
    return Number(this.dataset["limit"] ?? 0);
  }

  private tooLarge(): boolean {
    return this.limit() > 0 && this.size() > this.limit();
  }

  private complain(text: string): void {
    this.alert.textContent = text;
    this.alert.hidden = !text;
  }

  private submit(event: SubmitEvent): void {
    if (!this.input.files?.length) return; // the server says what is missing
    event.preventDefault();
    if (this.xhr) return;
    if (this.tooLarge()) {
      this.show();
      return;
    }
    this.complain("");
    this.send(new FormData(this.form, event.submitter));
  }

  private send(body: FormData): void {
    const xhr = (this.xhr = new XMLHttpRequest());
    const began = performance.now();
    xhr.open("POST", this.form.action);
    xhr.setRequestHeader("Accept", "text/html");
    xhr.upload.addEventListener("progress", (e) => this.progress(e, performance.now() - began));
    xhr.upload.addEventListener("load", () => this.arrived());
    xhr.addEventListener("load", () => this.answered(xhr));
    xhr.addEventListener("error", () => this.stopped(this.text("offline")));
    xhr.addEventListener("abort", () => this.stopped(this.text("cancelled")));
    this.busy(true);
    this.say(this.text("starting"));
    xhr.send(body);
  }

  private busy(on: boolean): void {
    this.box.hidden = !on;
    this.form.toggleAttribute("aria-busy", on);
    for (const b of this.form.querySelectorAll<HTMLButtonElement>('button[type="submit"]')) b.disabled = on;
  }

  private progress(e: ProgressEvent, ms: number): void {
    if (!e.lengthComputable || !e.total) return;
    const rate = e.loaded / Math.max(ms / 1000, 0.001);
    const left = Math.ceil((e.total - e.loaded) / Math.max(rate, 1));
    this.bar.max = e.total;
    this.bar.value = e.loaded;
    this.words.textContent = this.text("progress", {
      percent: figure(Math.floor((100 * e.loaded) / e.total)),
      rate: bytes(rate),
      left: left < 90 ? this.text("seconds", { n: figure(left) }) : this.text("minutes", { n: figure(Math.ceil(left / 60)) }),
    });
    // Spoken at each quarter only: a screen reader must get a word in.
    const quarter = Math.floor((4 * e.loaded) / e.total);
    if (quarter > this.spoken) {
      this.spoken = quarter;
      this.say(this.words.textContent);
    }
  }

  private arrived(): void {
    this.bar.removeAttribute("value");
    this.words.textContent = this.text("received");
    this.say(this.text("received"));
  }

  private say(text: string): void {
    this.said.textContent = text;
  }

  private stopped(why: string): void {
    this.xhr = undefined;
    this.spoken = 0;
    this.busy(false);
    this.complain(why);
  }

  private answered(xhr: XMLHttpRequest): void {
    const place = xhr.getResponseHeader("HX-Redirect") ?? (xhr.status === 201 ? xhr.getResponseHeader("Location") : null);
    if (place) {
      location.assign(place);
    } else if (xhr.status < 300 && xhr.responseURL !== this.form.action) {
      location.assign(xhr.responseURL);
    } else if (xhr.status < 300 || xhr.status === 422 || xhr.status === 413) {
      this.replace(xhr.responseText);
    } else {
      this.stopped(this.text("refused", { code: xhr.status }));
    }
  }

  /** Shows the page that was sent in answer: usually the form, with errors. */
  private replace(html: string): void {
    const page = new DOMParser().parseFromString(html, "text/html");
    const fresh = page.querySelector("main");
    const main = document.querySelector("main");
    if (!fresh || !main) {
      this.stopped(this.text("refused", { code: "–" }));
      return;
    }
    document.title = page.title;
    main.replaceWith(document.adoptNode(fresh));
    document.dispatchEvent(new CustomEvent("htmx:after:swap", { detail: { ctx: { response: { status: 422 } } } }));
  }
}

define("gongdao-upload", Upload);
