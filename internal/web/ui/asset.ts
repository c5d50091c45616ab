// Addresses of built files that an island loads by itself.

/**
 * URL of a built file by its logical name, for example
 * "islands/map.worker.js". All built files lie in one folder, so the address
 * is relative to the script that asks.
 */
export function assetURL(name: string): string {
  const path = __ASSET__[name];
  if (path === undefined) throw new Error(`no built file is called ${name}`);
  return new URL(path, import.meta.url).href;
}

/** Adds a stylesheet that only an island needs, once, and waits for it. */
export function stylesheet(name: string): Promise<void> {
  const href = assetURL(name);
  const known = document.querySelector<HTMLLinkElement>(`link[href="${CSS.escape(href)}"]`);
  if (known?.sheet) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const link = known ?? document.createElement("link");
    link.addEventListener("load", () => resolve(), { once: true });
    link.addEventListener("error", () => reject(new Error(`cannot load ${name}`)), { once: true });
    if (known) return;
    link.rel = "stylesheet";
    link.href = href;
    document.head.append(link);
  });
}
