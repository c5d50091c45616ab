// Package i18n gives every sentence people read, in Taiwan's Chinese and in
// English, and writes numbers, dates and times as each of them does.
//
// A catalogue is a file for each room and language, text/zh-TW.toml and
// text/en.toml. Its keys are flat and quoted, "room.page.what"; a sentence
// that counts is a table of the plural forms one and other. Operands are fmt
// verbs; a language that orders them otherwise names them, as in %[2]s. zh-TW
// is written first. The zh-TW sentence of a fault stands under the fault's
// code; its English sentence stands in the code (see package fault).
//
// Invariants, each with a test of the same name:
//   - CataloguesAgree: both languages have the same keys and the same verbs.
//   - TaiwanWords: zh-TW is written with the words of Taiwan.
package i18n
