package profile

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/gongdao/gongdao/fault"
)

// identify says by its bytes what the file is. The name and the media type are
// claims; they are not asked.
func identify(f *os.File, size int64) (format string, err error) {
	if size == 0 {
		return "", fault.Malformed.Errorf("opendata.profile.empty-file",
			"the file is empty: export it again and check its size before you send it")
	}
	head := make([]byte, 4096)
	n, err := f.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return "", fmt.Errorf("profile: read the beginning: %w", err)
	}
	head = head[:n]
	for _, s := range signatures {
		if s.at+len(s.magic) <= len(head) && string(head[s.at:s.at+len(s.magic)]) == s.magic {
			return "", s.answer(head)
		}
	}
	return identifyText(head)
}

// identifyText tells CSV from the text formats that begin with a bracket.
func identifyText(head []byte) (string, error) {
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte(bomUTF8)), " \t\r\n")
	if len(text) == 0 {
		return FormatCSV, nil
	}
	low := strings.ToLower(string(text[:min(len(text), 1024)]))
	switch {
	case text[0] == '<' && (strings.HasPrefix(low, "<!doctype html") || strings.Contains(low, "<html") ||
		strings.HasPrefix(low, "<script") || strings.HasPrefix(low, "<head") || strings.HasPrefix(low, "<body")):
		return "", fault.Malformed.Errorf("opendata.profile.html",
			"line 1: the file is an HTML page, often an error page of the server: fetch the file again, or export the table as CSV")
	case text[0] == '<' && len(low) > 1 && (low[1] == '?' || low[1] == '!' || low[1] >= 'a' && low[1] <= 'z'):
		return "", exportCSV("XML")
	case text[0] == '{', text[0] == '[' && len(low) > 1 && strings.ContainsRune(" \t\r\n{[\"", rune(low[1])):
		return FormatGeoJSON, nil
	}
	return FormatCSV, nil
}

// signature is how a format begins.
type signature struct {
	at     int
	magic  string
	found  string
	refuse func(found string) error // with what to do instead
}

func exportCSV(found string) error {
	return fault.Malformed.Errorf("opendata.profile.unread-export", "the file is %s, which is not read yet: export the table as CSV in UTF-8", found)
}

func unpack(found string) error {
	return fault.Malformed.Errorf("opendata.profile.unread-unpack", "the file is %s, which is not read yet: unpack it and send the file that is inside", found)
}

func exportSource(found string) error {
	return fault.Malformed.Errorf("opendata.profile.unread-pdf", "the file is %s, which is not read yet: a PDF holds no table that can be read, so export the table that it was made from as CSV in UTF-8", found)
}

func exportGeoJSON(found string) error {
	return fault.Malformed.Errorf("opendata.profile.unread-shapefile", "the file is %s, which is not read yet: export it as GeoJSON in longitude and latitude (WGS 84)", found)
}

var signatures = []signature{
	{0, "PK\x03\x04", "ZIP", unpack},
	{0, "PK\x05\x06", "ZIP", unpack},
	{0, "\x1F\x8B", "gzip", unpack},
	{0, "BZh", "bzip2", unpack},
	{0, "\xFD7zXZ\x00", "xz", unpack},
	{0, "\x28\xB5\x2F\xFD", "Zstandard", unpack},
	{0, "7z\xBC\xAF\x27\x1C", "7-Zip", unpack},
	{0, "Rar!\x1A\x07", "RAR", unpack},
	{0, "PAR1", "Parquet", exportCSV},
	{0, "%PDF-", "PDF", exportSource},
	{0, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "Excel (xls)", exportCSV},
	{0, "SQLite format 3\x00", "SQLite", exportCSV},
	{0, "\x00\x00\x27\x0A", "Shapefile", exportGeoJSON},
	{0, "\x89PNG", "PNG", exportCSV},
	{0, "\xFF\xD8\xFF", "JPEG", exportCSV},
	{0, "GIF8", "GIF", exportCSV},
}

// answer says what is wrong; a ZIP file may be a spreadsheet.
func (s signature) answer(head []byte) error {
	if s.found == "ZIP" {
		switch {
		case bytes.Contains(head, []byte("[Content_Types].xml")), bytes.Contains(head, []byte("xl/")):
			return exportCSV("Excel (xlsx)")
		case bytes.Contains(head, []byte("mimetypeapplication/vnd.oasis.opendocument")):
			return exportCSV("OpenDocument (ods)")
		}
	}
	return s.refuse(s.found)
}
