// Command assets turns the Sass, TypeScript and fonts of the house into the
// files a browser gets: minified, named by their content, compressed in
// advance, and listed in one manifest.
//
//	go -C tools run ./assets -root ..           # build what changed
//	go -C tools run ./assets -root .. -watch    # again and again, uncompressed
//
// Input, found by pattern, so that a room needs no registration:
//
//	internal/web/ui/gongdao.scss, gongdao.ts    the skin and the base script
//	*/pages/*.scss                              a room's own styles, added to the skin
//	internal/web/ui/islands/*.ts, */islands/*.ts    islands; name.ts defines <gongdao-name>
//	…/islands/name.worker.ts                    a worker, an entry of its own
//	…/islands/name.css, name.scss               a stylesheet that only an island needs
//	internal/web/ui/static/*                    files taken as they are
//	text/*.toml, */text/*.toml, internal/**/text/*.toml    whose characters the heading font keeps
//
// Output in internal/web/dist: the files, FILE.br and FILE.gz beside each that
// gains by it, and manifest.json: {"islands/map.js": {"file", "bytes",
// "sha384"}}, where sha384 is the base64 of Subresource Integrity.
//
// A worker's and a stylesheet's address is known to scripts as
// __ASSET__["islands/name.worker.js"], relative to the script (all files lie in
// one folder); see internal/web/ui/asset.ts. A worker is bundled with its side
// effects kept whatever its package says, because a library whose worker is
// marked free of them would be shaken to nothing.
package main
