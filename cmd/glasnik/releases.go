package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/letters"
	"github.com/glasnik/glasnik/templates"
)

func releasesCommand(p *program) *cobra.Command {
	return group("releases", "Add press releases and look at them",
		"Add press releases and newsletters from Markdown files, and see them as a contact will.",
		releasesAddCommand(p), releasesPreviewCommand(p))
}

func releasesAddCommand(p *program) *cobra.Command {
	return withJSON(p, &cobra.Command{
		Use: "add FILE…", Short: "Add a release from Markdown files, one for each language", Args: cobra.MinimumNArgs(1),
		Long: `Add one release from Markdown files with front matter, one file for each language,
and print its id. Files named under “attachments” are read from beside the file.
A mistake in a merge field, a link to a picture, or the front matter is told with
file and line, and nothing is kept. A paragraph that begins with an ordinal or a year
(“2026. godine”) is a list in Markdown: such lines are told as well.`,
		Example: "  glasnik releases add guide.sr.md guide.en.md guide.fr.md",
		RunE: p.does(func(cmd *cobra.Command, args []string) error {
			var files []releaseFile
			for _, name := range args {
				data, err := readReleaseText(name)
				if err != nil {
					return campaign.Errorf(campaign.Invalid, "the file %s cannot be read: %v", name, err)
				}
				files = append(files, releaseFile{name: name, data: data, read: besideFile(name)})
			}
			draft, err := readRelease(files)
			if err != nil {
				return err
			}
			return p.with(cmd.Context(), func(in *installation) error {
				if err := in.saveRelease(cmd.Context(), draft); err != nil {
					return err
				}
				if err := in.acted(cmd.Context(), campaign.ActAddRelease, "/releases/"+draft.release.ID, draft.release.Title); err != nil {
					return err
				}
				for _, doubt := range draft.doubts {
					fmt.Fprintln(in.stderr, doubt)
				}
				return showRelease(in, &draft.release)
			})
		}),
	})
}

func showRelease(in *installation, r *campaign.Release) error {
	if in.asJSON {
		return in.sayJSON(map[string]any{"id": r.ID, "title": r.Title, "kind": r.Kind, "languages": r.Available(), "attachments": len(r.Attachments)})
	}
	in.say("%s", r.ID)
	return nil
}

// release reads a release, and says how one is made when there is none.
func (in *installation) release(ctx context.Context, id string) (campaign.Release, error) {
	r, err := in.store.Releases.GetRelease(ctx, id)
	if campaign.CodeOf(err) == campaign.NotFound {
		return r, campaign.Errorf(campaign.NotFound, "there is no release %s: “glasnik releases add FILE” adds one and prints its id", id)
	}
	return r, err
}

func releasesPreviewCommand(p *program) *cobra.Command {
	var contact, part string
	cmd := &cobra.Command{
		Use: "preview ID --contact EMAIL", Short: "Print a release as a contact will get it", Args: cobra.ExactArgs(1),
		Long: `Print a release in the language and with the name of a contact: as plain text, as
HTML, or as the whole message (eml). It is made by the code that sends, without
tracking and with a leave link that leads nowhere.`,
		Example: "  glasnik releases preview 2m3n4p5q6r7s8t9v --contact ana@example.org --part html > preview.html",
		RunE: p.does(func(cmd *cobra.Command, args []string) error {
			if part != "text" && part != "html" && part != "eml" {
				return usagef("--part must be html, text or eml")
			}
			return p.with(cmd.Context(), func(in *installation) error {
				out, err := in.preview(cmd.Context(), args[0], contact, part)
				if err != nil {
					return err
				}
				_, err = io.WriteString(p.stdout, out)
				return err
			})
		}),
	}
	cmd.Flags().StringVar(&contact, "contact", "", "the address of the contact who looks at it (required)")
	cmd.Flags().StringVar(&part, "part", "text", "html, text or eml")
	_ = cmd.MarkFlagRequired("contact")
	return cmd
}

// preview makes one part of the message a contact would get.
func (in *installation) preview(ctx context.Context, id, address, part string) (string, error) {
	r, err := in.release(ctx, id)
	if err != nil {
		return "", err
	}
	c, err := in.store.Contacts.GetContactByAddress(ctx, address)
	if campaign.CodeOf(err) == campaign.NotFound {
		return "", campaign.Errorf(campaign.NotFound, "there is no contact %s", address)
	}
	if err != nil {
		return "", err
	}
	organisation := ""
	if o, err := in.store.Organisations.GetOrganisation(ctx, c.Organisation); err == nil {
		organisation = o.Name
	}
	settings, err := in.store.Settings.GetSettings(ctx)
	if err != nil {
		return "", err
	}
	e := &edition.Edition{ID: "preview", Release: r, Brand: settings.Brand}
	writer := &letters.Writer{Store: in.store.All(), Links: in.links, Now: in.now}
	if err := in.store.Media.FillPictures(ctx, e); err != nil {
		return "", err
	}
	if part == "eml" {
		return in.previewMessage(ctx, writer, e, &c, organisation)
	}
	files, err := writer.Files(ctx, &r)
	if err != nil {
		return "", err
	}
	shown, err := templates.Preview(e, "", &c, organisation, files, templates.MediaOf(e.Pictures, in.links.Base), in.now())
	if err != nil {
		return "", err
	}
	if part == "html" {
		return shown.HTML, nil
	}
	return strings.TrimRight(shown.Text, "\n") + "\n", nil
}

func (in *installation) previewMessage(ctx context.Context, writer *letters.Writer, e *edition.Edition, c *campaign.Contact, organisation string) (string, error) {
	var err error
	if e.Sender, err = in.sender(ctx, ""); err != nil {
		e.Sender = campaign.Sender{Name: e.Brand.Name, Email: "sender@example.org"} // nobody is set yet, and nothing is sent
	}
	writer.Links.Signer = campaign.NewSigner("preview") // the links of a preview must not work
	made, err := writer.Compose(ctx, e)
	if err != nil {
		return "", err
	}
	d := &campaign.Delivery{
		ID: "preview", Run: e.ID, Email: c.Email, Name: c.FullName(), Language: e.Release.For(c.Language).Language, Tracking: campaign.NoTracking,
	}
	m, err := made.Message(nil, d, c, organisation)
	return string(m.Data), err
}

// besideFile returns how the attachments of a release file are read: from its folder and the folders in it, and from nowhere
// else, whatever links are there. Only plain files are read.
func besideFile(release string) func(string) ([]byte, error) {
	return func(name string) ([]byte, error) {
		if !filepath.IsLocal(filepath.FromSlash(name)) {
			return nil, errors.New("it is not in the folder of this file: copy it there")
		}
		root, err := os.OpenRoot(filepath.Dir(release))
		if err != nil {
			return nil, err
		}
		defer root.Close()
		// A named pipe would hold the program up where it is opened to be read and nobody writes.
		f, err := root.OpenFile(filepath.FromSlash(name), os.O_RDONLY|syscall.O_NONBLOCK, 0)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
			return nil, errors.Join(err, errors.New("it is no plain file"))
		}
		return readUpTo(f, campaign.MaxAttachments, errTooLarge)
	}
}

// readReleaseText reads a release file, which is no longer than any may be.
func readReleaseText(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readUpTo(f, maxReleaseText, errors.New("it is larger than 1 MB: is it a release?"))
}

const maxReleaseText = 1 << 20

func readUpTo(r io.Reader, most int64, tooLarge error) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, most+1))
	if err == nil && int64(len(data)) > most {
		return nil, tooLarge
	}
	return data, err
}
