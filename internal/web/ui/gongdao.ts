// The base script of every page. It improves what already works: partial
// updates, focus after a refused form, copy buttons, and islands where a page
// has one. Nothing here is needed to use a page.
import "htmx.org";
import { Button } from "govuk-frontend/dist/govuk/components/button/button.mjs";
import { Checkboxes } from "govuk-frontend/dist/govuk/components/checkboxes/checkboxes.mjs";
import { ErrorSummary } from "govuk-frontend/dist/govuk/components/error-summary/error-summary.mjs";
import { NotificationBanner } from "govuk-frontend/dist/govuk/components/notification-banner/notification-banner.mjs";
import { Radios } from "govuk-frontend/dist/govuk/components/radios/radios.mjs";
import { SkipLink } from "govuk-frontend/dist/govuk/components/skip-link/skip-link.mjs";
import { Tabs } from "govuk-frontend/dist/govuk/components/tabs/tabs.mjs";
import { copyButtons } from "./copy";
import { loadIslands } from "./loader";
import { scrollers } from "./scroller";
import { themes } from "./theme";

const base = [Button, Checkboxes, ErrorSummary, NotificationBanner, Radios, SkipLink, Tabs];

/** Upgrades what is inside root and was not upgraded before. */
function upgrade(root: ParentNode): void {
  for (const component of base) {
    const name = component.moduleName;
    for (const e of root.querySelectorAll(`[data-module="${name}"]:not([data-${name}-init])`)) {
      try {
        new component(e);
      } catch (cause) {
        console.warn(name, cause);
      }
    }
  }
  copyButtons(root);
  scrollers(root);
  loadIslands(root);
}

/** After a refused form the error summary is read first. */
function focusErrors(root: ParentNode): void {
  const summary = root.querySelector<HTMLElement>(".govuk-error-summary, .gd-fault");
  if (!summary || summary.hasAttribute("data-disable-auto-focus")) return;
  summary.setAttribute("tabindex", "-1");
  summary.focus();
  summary.addEventListener("blur", () => summary.removeAttribute("tabindex"), { once: true });
}

document.body.classList.add("js-enabled", "govuk-frontend-supported");
themes();
upgrade(document);

document.addEventListener("htmx:after:swap", (event) => {
  const { ctx } = (event as CustomEvent<{ ctx?: { response?: { status?: number } } }>).detail ?? {};
  upgrade(document);
  if ((ctx?.response?.status ?? 200) >= 400) focusErrors(document);
});
