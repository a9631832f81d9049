package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/media"
)

// demoPictures are drawn: no person is in them.
var demoPictures = []struct {
	name, title string
	alt         campaign.Texts
	draw        func(x, y float64) color.RGBA // from 0 to 1
}{
	{"radionica", "Plakat radionice", inThree(
		"Crtež: put se račva na dve strane, jedna vodi u svetlo, druga u tamu.",
		"Drawing: a road forks in two, one way leads into light, the other into the dark.",
		"Dessin : une route se divise, l’une mène à la lumière, l’autre à l’ombre."), forkOfRoads},
	{"prirucnik", "Korice priručnika", inThree(
		"Crtež: otvorena knjiga pod zvezdanim nebom.",
		"Drawing: an open book under a sky of stars.",
		"Dessin : un livre ouvert sous un ciel étoilé."), openBook},
	{"kontakti", "Mreža podrške", inThree(
		"Crtež: krugovi povezani linijama, u sredini najveći.",
		"Drawing: circles joined by lines, the largest in the middle.",
		"Dessin : des cercles reliés par des lignes, le plus grand au centre."), joinedCircles},
}

// addPictures puts drawings into the library, as an upload does.
func (s *sampleData) addPictures(ctx context.Context) error {
	s.pictures = map[string]string{}
	maker := media.NewMaker()
	for _, p := range demoPictures {
		var data bytes.Buffer
		if err := png.Encode(&data, drawn(900, 500, p.draw)); err != nil {
			return err
		}
		made, err := maker.Make(ctx, p.name+".png", bytes.NewReader(data.Bytes()), int64(data.Len()))
		if err != nil {
			return err
		}
		original, _, err := campaign.HashOf(bytes.NewReader(data.Bytes()))
		if err != nil {
			return err
		}
		item := campaign.MediaItem{
			Kind: made.Kind, Title: p.title, Alt: p.alt, Credit: "Centar Primer", Licence: "CC BY 4.0", Source: "crtež u programu", People: campaign.PeopleNone, Original: original, Uploader: s.owner,
		}
		for i, size := range append([]media.Size{{Type: made.Type, Data: made.Data, Width: made.Width, Height: made.Height}}, made.Sizes...) {
			f := campaign.MediaFile{Name: media.NameFor(p.name+".png", size.Type), MediaType: size.MediaType, Width: size.Width, Height: size.Height}
			if f.Hash, f.Size, err = campaign.HashOf(bytes.NewReader(size.Data)); err != nil {
				return err
			}
			if err := s.store.Media.SaveMediaBytes(ctx, f.Hash, bytes.NewReader(size.Data)); err != nil {
				return err
			}
			if i == 0 {
				item.File = f
			} else {
				item.Sizes = append(item.Sizes, f)
			}
		}
		if err := s.store.Media.CreateMedia(ctx, &item); err != nil {
			return fmt.Errorf("add the picture %s: %w", p.name, err)
		}
		s.pictures[p.name] = item.ID
	}
	return nil
}

func drawn(w, h int, at func(x, y float64) color.RGBA) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetRGBA(x, y, at(float64(x)/float64(w), float64(y)/float64(h)))
		}
	}
	return img
}

// blend goes from one colour to another.
func blend(a, b color.RGBA, part float64) color.RGBA {
	part = min(max(part, 0), 1)
	mix := func(a, b uint8) uint8 { return uint8(float64(a)*(1-part) + float64(b)*part) }
	return color.RGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 255}
}

var (
	demoNavy  = color.RGBA{20, 48, 80, 255}
	demoBlue  = color.RGBA{46, 110, 160, 255}
	demoSun   = color.RGBA{250, 200, 90, 255}
	demoSand  = color.RGBA{244, 232, 210, 255}
	demoShade = color.RGBA{60, 64, 74, 255}
)

func forkOfRoads(x, y float64) color.RGBA {
	ground := blend(demoSun, demoShade, x)
	if y < 0.35 {
		return blend(demoSand, ground, y/0.35)
	}
	depth := (y - 0.35) / 0.65 // 1 in front
	width := 0.02 + 0.1*depth
	middle := 0.5
	if depth < 0.5 {
		middle = 0.5 - (0.5-depth)*0.7
		if x > 0.5 {
			middle = 0.5 + (0.5-depth)*0.7
		}
	}
	if math.Abs(x-middle) < width {
		return blend(demoSand, demoShade, 0.2+0.5*x)
	}
	return blend(blend(demoBlue, demoSun, 0.4*(1-x)), demoShade, 0.8*x)
}

func openBook(x, y float64) color.RGBA {
	fold := math.Abs(x - 0.5)
	top, bottom := 0.5+0.25*fold*fold, 0.82-0.1*math.Cos(fold*6)
	if fold < 0.36 && y > top && y < bottom {
		if fold < 0.006 {
			return demoShade
		}
		if line := math.Mod((y-top)*22, 1); line < 0.25 && fold > 0.05 && fold < 0.31 {
			return blend(demoSand, demoBlue, 0.5)
		}
		return blend(demoSand, demoShade, 0.35*(0.36-fold))
	}
	sky := blend(demoNavy, demoBlue, y)
	if cx, cy := math.Floor(x*18), math.Floor(y*10); cy < 5 {
		dx, dy := x*18-cx-0.5-0.3*math.Sin(cx*7+cy*3), y*10-cy-0.5-0.3*math.Cos(cx*5+cy*11)
		if dx*dx+dy*dy < 0.012 {
			return demoSun
		}
	}
	return sky
}

func joinedCircles(x, y float64) color.RGBA {
	x *= 1.8 // as wide as it looks
	type circle struct{ x, y, r float64 }
	centre := circle{0.9, 0.5, 0.16}
	ground := blend(demoSand, color.RGBA{255, 255, 255, 255}, y)
	for n := range 7 {
		turn := 2 * math.Pi * float64(n) / 7
		c := circle{centre.x + 0.62*math.Cos(turn), centre.y + 0.36*math.Sin(turn), 0.06}
		if math.Hypot(x-c.x, y-c.y) < c.r {
			return demoBlue
		}
		dx, dy := c.x-centre.x, c.y-centre.y
		along := ((x-centre.x)*dx + (y-centre.y)*dy) / (dx*dx + dy*dy)
		if along > 0 && along < 1 && math.Hypot(x-centre.x-along*dx, y-centre.y-along*dy) < 0.006 && math.Hypot(x-centre.x, y-centre.y) > centre.r {
			return demoShade
		}
	}
	if math.Hypot(x-centre.x, y-centre.y) < centre.r {
		return demoSun
	}
	return ground
}
