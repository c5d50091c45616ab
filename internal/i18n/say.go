package i18n

import (
	"context"
	"fmt"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/fault"
)

type key struct{}

// reader is what a request knows about the language of its reader.
type reader struct {
	catalogue *Catalogue
	lang      Lang
}

// With returns ctx for a reader of lang, who is told the pieces of c.
func With(ctx context.Context, c *Catalogue, lang Lang) context.Context {
	return context.WithValue(ctx, key{}, reader{c, lang})
}

// In returns ctx for a reader of another language, with the same catalogue:
// for a letter in both languages, or a line in the other language.
func In(ctx context.Context, lang Lang) context.Context {
	r := from(ctx)
	r.lang = lang
	return context.WithValue(ctx, key{}, r)
}

// LangOf returns the reader's language; zh-TW if With was never called.
func LangOf(ctx context.Context) Lang { return from(ctx).lang }

func from(ctx context.Context) reader {
	r, ok := ctx.Value(key{}).(reader)
	if !ok {
		return reader{lang: ZhTW}
	}
	return r
}

// Has reports whether the reader's catalogue has the key in her language.
func Has(ctx context.Context, key string) bool {
	r := from(ctx)
	return r.catalogue != nil && r.catalogue.Has(r.lang, key)
}

// T returns the sentence under key in the reader's language. Without args it is
// returned as written, with args it is a format of package fmt. A civic.Text
// among the args is given in the reader's language, an int or int64 is written
// 1,234. A missing key is shown as ⟦key⟧, which no page test lets pass.
func T(ctx context.Context, key string, args ...any) string {
	r := from(ctx)
	if r.catalogue == nil {
		return missing(key)
	}
	text, ok := r.catalogue.text(r.lang, key, 2)
	if !ok {
		return missing(key)
	}
	return r.format(text, args)
}

// N returns the sentence under key in the form that n asks for. n is the first
// operand and is written 1,234; args are the following ones. A form may leave
// operands out ("one case").
func N(ctx context.Context, key string, n int64, args ...any) string {
	r := from(ctx)
	if r.catalogue == nil {
		return missing(key)
	}
	text, ok := r.catalogue.text(r.lang, key, n)
	if !ok {
		return missing(key)
	}
	all := append([]any{n}, args...)
	if used := highest(verbsOf(text)); used < len(all) {
		all = all[:used]
	}
	return r.format(text, all)
}

func missing(key string) string { return "⟦" + key + "⟧" }

// Fault returns what e says, for the reader: the zh-TW sentence under the
// fault's code, or the English one in the code, which also stands in where the
// catalogue lacks the code.
func Fault(ctx context.Context, e *fault.Error) string {
	if e == nil {
		return ""
	}
	return from(ctx).sentence(e.Code, e.Format, e.Args)
}

// Field returns what is wrong with one part of the input, for the reader.
func Field(ctx context.Context, f fault.Field) string {
	return from(ctx).sentence(f.Code, f.Format, f.Args)
}

func (r reader) sentence(code, english string, args []any) string {
	if r.lang != En && r.catalogue != nil {
		if text, ok := r.catalogue.text(r.lang, code, 2); ok {
			return r.format(text, args)
		}
	}
	return r.format(english, args)
}

// format fills in the operands. fmt.Errorf rather than Sprintf, since a fault's
// sentence may hold %w.
func (r reader) format(text string, args []any) string {
	if len(args) == 0 {
		return text
	}
	own := make([]any, len(args))
	for i, a := range args {
		own[i] = r.operand(a)
	}
	return fmt.Errorf(text, own...).Error()
}

// operand returns a as the reader should see it.
func (r reader) operand(a any) any {
	switch v := a.(type) {
	case int:
		return grouped(v)
	case int64:
		return grouped(v)
	case civic.Text:
		s, _ := v.In(string(r.lang))
		return s
	case *fault.Error:
		return spoken{v, r.sentence(v.Code, v.Format, v.Args)}
	default:
		return a
	}
}

// spoken is a fault inside another's sentence, in the reader's language.
type spoken struct {
	error
	text string
}

func (s spoken) Error() string { return s.text }
