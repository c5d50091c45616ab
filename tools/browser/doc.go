// Package browser opens the demonstration in Chromium, for the tests in
// tools/e2e and the pictures of tools/screenshots. It drives the browser of the
// system through npm's playwright-core; nothing is downloaded.
package browser
