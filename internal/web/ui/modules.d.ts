// What the bundler knows and the compiler does not.

/** Hashed addresses of workers and island stylesheets, by logical name. */
declare const __ASSET__: Readonly<Record<string, string>>;

declare module "gongdao:islands" {
  /** Loads the definition of an element, by its tag. */
  export const islands: Readonly<Record<string, () => Promise<unknown>>>;
}

declare module "*.css";
declare module "maplibre-gl/dist/maplibre-gl-worker.mjs";

declare module "govuk-frontend/dist/govuk/components/*" {
  class Component {
    static moduleName: string;
    constructor(root: Element, config?: Record<string, unknown>);
  }
  export { Component as Button, Component as Checkboxes, Component as ErrorSummary };
  export { Component as NotificationBanner, Component as Radios, Component as SkipLink, Component as Tabs };
}
