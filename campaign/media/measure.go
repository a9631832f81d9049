package media

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/webp"

	"github.com/glasnik/glasnik/campaign"
)

// measure returns how many pixels a picture has, by its head alone, and refuses one with too many before it is decoded.
func measure(t Type, data []byte) (int64, error) {
	var size image.Config
	var err error
	switch r := bytes.NewReader(data); t {
	case typeJPEG:
		size, err = jpeg.DecodeConfig(r)
	case typePNG:
		size, err = png.DecodeConfig(r)
	case typeGIF:
		size, err = gif.DecodeConfig(r)
	default:
		size, err = webp.DecodeConfig(r)
	}
	if err != nil || size.Width < 1 || size.Height < 1 {
		return 0, errDamaged
	}
	if t == typeWebP && len(data) > 20 && string(data[12:16]) == "VP8X" && data[20]&0x02 != 0 {
		return 0, campaign.Errorf(campaign.Invalid, "this is an animation in WebP, which many mail programs do not show: save it as GIF, or upload it as a film")
	}
	pixels := int64(size.Width) * int64(size.Height)
	if pixels > MaxPixels || size.Width > maxSide || size.Height > maxSide {
		return 0, campaign.Errorf(campaign.Invalid, "the picture has %d × %d pixels, and the library takes up to %d million: make it smaller", size.Width, size.Height, MaxPixels/1_000_000)
	}
	if burden(t, size.ColorModel, data)*float64(pixels) > maxBurden {
		return 0, campaign.Errorf(campaign.Invalid, "the picture has %d × %d pixels in a form that takes much memory (16 bits a colour, or progressive): make it smaller, or save it with 8 bits and not progressive", size.Width, size.Height)
	}
	return pixels, nil
}

// maxBurden is how much memory a picture may take while it is decoded, in octets.
const maxBurden = 400_000_000

// burden is how much memory a pixel takes while a picture is decoded, in octets.
func burden(t Type, model color.Model, data []byte) float64 {
	switch model {
	case color.RGBA64Model, color.NRGBA64Model:
		return 8 + 4 // and what it becomes
	case color.Gray16Model:
		return 2 + 1
	}
	if t == typeJPEG {
		return burdenOfJPEG(data)
	}
	return 4
}

// burdenOfJPEG reads the frame's head (ITU-T T.81 section B.2.2): of progressive ones all coefficients are held, four octets each.
func burdenOfJPEG(data []byte) float64 {
	for at := 2; at+10 <= len(data) && data[at] == 0xff; {
		marker, size := data[at+1], int(binary.BigEndian.Uint16(data[at+2:]))
		if marker != 0xc0 && marker != 0xc1 && marker != 0xc2 {
			at += 2 + size
			if marker == 0xff { // a fill octet
				at -= 1 + size
			}
			continue
		}
		each, most, all := 1.0, 1.0, 0.0
		if marker == 0xc2 {
			each += 4
		}
		for i := range int(data[at+9]) {
			if c := at + 10 + 3*i + 1; c < len(data) {
				area := float64(data[c]>>4) * float64(data[c]&15)
				most, all = max(most, area), all+area
			}
		}
		return each * all / most
	}
	return 4
}
