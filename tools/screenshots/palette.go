package main

import (
	"bytes"
	"cmp"
	"image"
	"image/color"
	"image/png"
	"io"
	"slices"
)

// quantise writes a PNG with at most 256 colours. Pages are flat, so that the
// nearest colour of a good palette needs no dithering, which would not compress.
func quantise(w io.Writer, picture []byte) error {
	img, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		return err
	}
	count := map[color.RGBA]int{}
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			count[color.RGBAModel.Convert(img.At(x, y)).(color.RGBA)]++
		}
	}
	palette := cut(count, 256)
	nearest := map[color.RGBA]uint8{}
	for c := range count {
		nearest[c] = uint8(palette.Index(c))
	}
	out := image.NewPaletted(b, palette)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			out.SetColorIndex(x, y, nearest[color.RGBAModel.Convert(img.At(x, y)).(color.RGBA)])
		}
	}
	e := png.Encoder{CompressionLevel: png.BestCompression}
	return e.Encode(w, out)
}

// weighed is a colour and how many pixels have it.
type weighed struct {
	c color.RGBA
	n int
}

// channels read a colour's parts in the order in which boxes are compared.
var channels = [3]func(color.RGBA) int{
	func(c color.RGBA) int { return int(c.R) },
	func(c color.RGBA) int { return int(c.G) },
	func(c color.RGBA) int { return int(c.B) },
}

// cut is Heckbert's median cut: the box of colours with the most to lose is
// halved along its longest side until there are n boxes; the commonest colour
// of each stands for it, so that grounds and inks stay exact.
func cut(count map[color.RGBA]int, n int) color.Palette {
	all := make([]weighed, 0, len(count))
	for c, k := range count {
		all = append(all, weighed{c, k})
	}
	boxes := [][]weighed{all}
	for len(boxes) < n {
		best, axis, worst := -1, 0, 0
		for i, box := range boxes {
			if a, loss := longest(box); loss > worst {
				best, axis, worst = i, a, loss
			}
		}
		if best < 0 {
			break
		}
		box, at := boxes[best], channels[axis]
		slices.SortFunc(box, func(p, q weighed) int {
			return cmp.Or(cmp.Compare(at(p.c), at(q.c)), cmp.Compare(p.c.R, q.c.R), cmp.Compare(p.c.G, q.c.G), cmp.Compare(p.c.B, q.c.B))
		})
		half := middle(box)
		boxes[best] = box[:half]
		boxes = append(boxes, box[half:])
	}
	palette := make(color.Palette, len(boxes))
	for i, box := range boxes {
		palette[i] = slices.MaxFunc(box, func(p, q weighed) int {
			return cmp.Or(cmp.Compare(p.n, q.n), cmp.Compare(p.c.R, q.c.R), cmp.Compare(p.c.G, q.c.G), cmp.Compare(p.c.B, q.c.B))
		}).c
	}
	return palette
}

// longest returns the longest side of a box, and what one colour for all of it
// would cost: the side, squared, for each of its colours.
func longest(box []weighed) (axis, loss int) {
	side := 0
	for i, at := range channels {
		low, high := 255, 0
		for _, w := range box {
			low, high = min(low, at(w.c)), max(high, at(w.c))
		}
		if high-low > side {
			side, axis = high-low, i
		}
	}
	return axis, side * side * len(box)
}

// middle splits a sorted box where half of its colours lie on each side.
func middle(box []weighed) int { return max(1, len(box)/2) }
