package media

import (
	"bytes"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"

	"github.com/glasnik/glasnik/campaign"
)

// Quality of JPEG: of the picture in full size, for print, and of what is shown in mails and pages.
const (
	fullQuality  = 90
	shownQuality = 82
)

// An animation is kept where it is short; longer or larger ones would burden readers and this machine.
const (
	maxFrames        = 300
	maxAnimated      = 60_000_000 // pixels of all frames
	maxAnimatedBytes = 1 << 20    // of an animation that is shown as such in mails
)

var errDamaged = campaign.Errorf(campaign.Invalid, "the picture is cut off or damaged: upload it again, or save it anew")

// makePicture decodes a picture, turns it as its camera was held, and encodes it anew in every size.
func makePicture(t Type, data []byte) (Made, error) {
	found := readMetadata(t, data)
	img, animation, err := decode(t, data)
	if err != nil {
		return Made{}, err
	}
	img = turn(img, found.orientation)
	made := Made{Found: found, Width: img.Bounds().Dx(), Height: img.Bounds().Dy()}
	lossless := t != typeJPEG
	switch {
	case animation != nil:
		made.Type, made.Data, err = typeGIF, animation, nil
	case lossless && t != typeWebP || !opaque(img):
		made.Type, made.Data, err = encodePNG(img)
	default:
		made.Type, made.Data, err = encodeJPEG(img, fullQuality)
	}
	if err != nil {
		return Made{}, err
	}
	made.Sizes, err = sizesOf(img, &made, animation != nil, lossless)
	return made, err
}

// sizesOf makes the smaller pictures, each of the next larger one.
func sizesOf(img image.Image, full *Made, animated, lossless bool) (sizes []Size, err error) {
	for i, width := range []int{campaign.MailWidth, campaign.SmallWidth, campaign.ThumbWidth} {
		if i > 0 && img.Bounds().Dx() <= width {
			continue
		}
		if i == 0 && animated && img.Bounds().Dx() <= width && len(full.Data) <= maxAnimatedBytes {
			sizes = append(sizes, Size{full.Type, full.Data, full.Width, full.Height})
			continue
		}
		img = narrow(img, width)
		s := Size{Width: img.Bounds().Dx(), Height: img.Bounds().Dy()}
		if s.Type, s.Data, err = encodeShown(img, lossless); err != nil {
			return nil, err
		}
		sizes = append(sizes, s)
	}
	return sizes, nil
}

// decode returns a picture, and of a GIF with several frames the animation encoded anew, without comments.
func decode(t Type, data []byte) (img image.Image, animation []byte, err error) {
	switch r := bytes.NewReader(data); t {
	case typeJPEG:
		img, err = jpeg.Decode(r)
	case typePNG:
		img, err = png.Decode(r) // of an animation the first picture
		img = inEightBits(img)
	case typeWebP:
		img, err = webp.Decode(r)
	default:
		return decodeGIF(data)
	}
	if err != nil {
		return nil, nil, errDamaged
	}
	return img, nil, nil
}

func decodeGIF(data []byte) (image.Image, []byte, error) {
	frames, pixels, ok := gifFrames(data)
	if !ok {
		return nil, nil, errDamaged
	}
	if frames > maxFrames || pixels > maxAnimated {
		return nil, nil, campaign.Errorf(campaign.Invalid, "the animation has %d frames and is too large for a mail: shorten it, make it smaller, or upload it as a film", frames)
	}
	all, err := gif.DecodeAll(bytes.NewReader(data))
	if err != nil || len(all.Image) == 0 {
		return nil, nil, errDamaged
	}
	first := image.NewNRGBA(image.Rect(0, 0, all.Config.Width, all.Config.Height)) // a frame may be smaller than the picture
	draw.Draw(first, all.Image[0].Bounds(), all.Image[0], all.Image[0].Bounds().Min, draw.Over)
	if len(all.Image) == 1 {
		return first, nil, nil
	}
	var out bytes.Buffer
	if err := gif.EncodeAll(&out, all); err != nil {
		return nil, nil, errDamaged
	}
	return first, out.Bytes(), nil
}

// narrow scales a picture down to a width: halved as often as it goes, which is fast, then by Catmull-Rom, which is sharp.
func narrow(img image.Image, width int) image.Image {
	b := img.Bounds()
	if b.Dx() <= width {
		return img
	}
	height := max(1, (b.Dy()*width+b.Dx()/2)/b.Dx())
	for b.Dx() >= 2*width && b.Dy() >= 2 {
		half := image.NewRGBA(image.Rect(0, 0, b.Dx()/2, b.Dy()/2))
		draw.ApproxBiLinear.Scale(half, half.Rect, img, image.Rect(b.Min.X, b.Min.Y, b.Min.X+b.Dx()&^1, b.Min.Y+b.Dy()&^1), draw.Src, nil)
		img, b = half, half.Rect
	}
	if b.Dx() == width && b.Dy() == height {
		return img
	}
	out := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.CatmullRom.Scale(out, out.Rect, img, b, draw.Src, nil)
	return out
}

// inEightBits returns a picture with 16 bits a colour with 8, which is all that screens and mail programs show.
func inEightBits(img image.Image) image.Image {
	high := func(pix []byte) []byte {
		out := make([]byte, len(pix)/2)
		for i := range out {
			out[i] = pix[2*i]
		}
		return out
	}
	switch m := img.(type) {
	case *image.NRGBA64:
		return &image.NRGBA{Pix: high(m.Pix), Stride: m.Stride / 2, Rect: m.Rect}
	case *image.RGBA64:
		return &image.RGBA{Pix: high(m.Pix), Stride: m.Stride / 2, Rect: m.Rect}
	case *image.Gray16:
		return &image.Gray{Pix: high(m.Pix), Stride: m.Stride / 2, Rect: m.Rect}
	}
	return img
}

func opaque(img image.Image) bool {
	o, ok := img.(interface{ Opaque() bool })
	return ok && o.Opaque()
}

// encodeShown chooses how a picture is shown: JPEG for photographs; PNG where it is transparent, or hardly larger, as of drawings and
// screenshots.
func encodeShown(img image.Image, lossless bool) (Type, []byte, error) {
	if !opaque(img) {
		return encodePNG(img)
	}
	kind, data, err := encodeJPEG(img, shownQuality)
	if err != nil || !lossless {
		return kind, data, err
	}
	if sharp, exact, err := encodePNG(img); err == nil && len(exact) < len(data)*3/2 {
		return sharp, exact, nil
	}
	return kind, data, nil
}

func encodeJPEG(img image.Image, quality int) (Type, []byte, error) {
	var out bytes.Buffer
	if _, isCMYK := img.(*image.CMYK); isCMYK {
		rgb := image.NewRGBA(img.Bounds())
		draw.Draw(rgb, rgb.Rect, img, rgb.Rect.Min, draw.Src)
		img = rgb
	}
	err := jpeg.Encode(&out, img, &jpeg.Options{Quality: quality})
	return typeJPEG, out.Bytes(), err
}

func encodePNG(img image.Image) (Type, []byte, error) {
	var out bytes.Buffer
	err := png.Encode(&out, img)
	return typePNG, out.Bytes(), err
}

// turn turns a picture as its EXIF orientation says (1 to 8).
func turn(img image.Image, orientation int) image.Image {
	if orientation < 2 || orientation > 8 {
		return img
	}
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	if orientation > 4 {
		w, h = h, w
	}
	switch m := img.(type) {
	case *image.YCbCr:
		out := *m
		out.Rect = image.Rect(0, 0, w, h)
		if orientation > 4 {
			out.SubsampleRatio = turned(m.SubsampleRatio)
		}
		cw, ch := chroma(m.SubsampleRatio, b.Dx(), b.Dy())
		out.Y, out.YStride = turnPlane(m.Y[m.YOffset(b.Min.X, b.Min.Y):], m.YStride, b.Dx(), b.Dy(), 1, orientation)
		c := m.COffset(b.Min.X, b.Min.Y)
		out.Cb, out.CStride = turnPlane(m.Cb[c:], m.CStride, cw, ch, 1, orientation)
		out.Cr, _ = turnPlane(m.Cr[c:], m.CStride, cw, ch, 1, orientation)
		return &out
	case *image.Gray:
		out := &image.Gray{Rect: image.Rect(0, 0, w, h)}
		out.Pix, out.Stride = turnPlane(m.Pix, m.Stride, b.Dx(), b.Dy(), 1, orientation)
		return out
	}
	plain := image.NewNRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(plain, plain.Rect, img, b.Min, draw.Src)
	out := &image.NRGBA{Rect: image.Rect(0, 0, w, h)}
	out.Pix, out.Stride = turnPlane(plain.Pix, plain.Stride, b.Dx(), b.Dy(), 4, orientation)
	return out
}

// turned is how the colour of a picture is subsampled that lies on its side.
func turned(r image.YCbCrSubsampleRatio) image.YCbCrSubsampleRatio {
	switch r {
	case image.YCbCrSubsampleRatio422:
		return image.YCbCrSubsampleRatio440
	case image.YCbCrSubsampleRatio440:
		return image.YCbCrSubsampleRatio422
	}
	return r
}

// chroma is the size of the planes of colour.
func chroma(r image.YCbCrSubsampleRatio, w, h int) (int, int) {
	switch r {
	case image.YCbCrSubsampleRatio422:
		return (w + 1) / 2, h
	case image.YCbCrSubsampleRatio420:
		return (w + 1) / 2, (h + 1) / 2
	case image.YCbCrSubsampleRatio440:
		return w, (h + 1) / 2
	}
	return w, h
}

// turnPlane turns w × h pixels of n octets each.
func turnPlane(src []byte, stride, w, h, n, orientation int) (dst []byte, dstStride int) {
	tw := w
	if orientation > 4 {
		tw = h
	}
	dst = make([]byte, w*h*n)
	for y := range h {
		for x := range w {
			var tx, ty int
			switch orientation {
			case 2:
				tx, ty = w-1-x, y
			case 3:
				tx, ty = w-1-x, h-1-y
			case 4:
				tx, ty = x, h-1-y
			case 5:
				tx, ty = y, x
			case 6:
				tx, ty = h-1-y, x
			case 7:
				tx, ty = h-1-y, w-1-x
			case 8:
				tx, ty = y, w-1-x
			}
			copy(dst[(ty*tw+tx)*n:(ty*tw+tx)*n+n], src[y*stride+x*n:y*stride+x*n+n])
		}
	}
	return dst, tw * n
}
