// Package ui draws every page of Gongdao: the shell round a page, the
// components inside it, and the skin 公道 they wear. It knows no room and no
// route; the guard in internal/web fills a Shell and puts it into the context.
//
// The structural base is the GOV.UK Design System (govuk-frontend 6.6.0). A
// params struct has the names of that component's macro options, and a
// component gives the DOM of the fixtures which the package publishes. Where a
// macro option takes HTML, the field takes a component, never a string.
//
// Invariants, each with a test of the same name:
//   - ComponentsMatchFixtures: our DOM equals the published fixtures; what
//     differs is listed with its reason.
//   - NoInlineCode: no style, script or handler inside any template.
//   - HtmxMirrorsHTML: htmx only repeats what a link or form does without it.
//   - NoHanInTemplates: sentences live in text/, in both languages.
//   - Tokens: every pair of colours we put on each other has enough contrast.
package ui
