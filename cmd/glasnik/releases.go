package main

import (
	"context"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/templates"
)

func (p *program) releasesCommand() *cobra.Command {
	return p.group("releases", "Add press releases and look at them",
		"Add press releases and newsletters from Markdown files, and see them as a contact will.",
		p.releasesAddCommand(), p.releasesPreviewCommand())
}

func (p *program) releasesAddCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "add FILE…", Short: "Add a release from Markdown files, one for each language", Args: cobra.MinimumNArgs(1),
		Long: `Add one release from Markdown files with front matter, one file for each language,
and print its id. Files named under “attachments” are read from beside the file.
A mistake in a merge field, a link to a picture, or the front matter is told with
file and line, and nothing is kept.`,
		Example: "  glasnik releases add guide.sr.md guide.en.md guide.fr.md",
		RunE: p.does(func(cmd *cobra.Command, args []string) error {
			var files []releaseFile
			for _, name := range args {
				data, err := os.ReadFile(name)
				if err != nil {
					return campaign.Errorf(campaign.Invalid, "the file %s cannot be read: %v", name, err)
				}
				files = append(files, releaseFile{name: name, data: data, read: readDiskFile})
			}
			draft, err := readRelease(files)
			if err != nil {
				return err
			}
			return p.with(cmd.Context(), func(in *installation) error {
				if err := in.keepRelease(cmd.Context(), draft); err != nil {
					return err
				}
				return p.showRelease(&draft.release, asJSON)
			})
		}),
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

func (p *program) showRelease(r *campaign.Release, asJSON bool) error {
	if asJSON {
		return p.sayJSON(map[string]any{"id": r.ID, "title": r.Title, "kind": r.Kind, "languages": r.Available(), "attachments": len(r.Attachments)})
	}
	p.say("%s", r.ID)
	return nil
}

// release reads a release, and says how one is made when there is none.
func (in *installation) release(ctx context.Context, id string) (campaign.Release, error) {
	r, err := in.store.GetRelease(ctx, id)
	if campaign.CodeOf(err) == campaign.NotFound {
		return r, campaign.Errorf(campaign.NotFound, "there is no release %s: “glasnik releases add FILE” adds one and prints its id", id)
	}
	return r, err
}

func (p *program) releasesPreviewCommand() *cobra.Command {
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
	c, err := in.store.GetContactByAddress(ctx, address)
	if campaign.CodeOf(err) == campaign.NotFound {
		return "", campaign.Errorf(campaign.NotFound, "there is no contact %s", address)
	}
	if err != nil {
		return "", err
	}
	organisation := ""
	if o, err := in.store.GetOrganisation(ctx, c.Organisation); err == nil {
		organisation = o.Name
	}
	settings, err := in.store.GetSettings(ctx)
	if err != nil {
		return "", err
	}
	e := &campaign.Edition{ID: "preview", Release: r, Brand: settings.Brand}
	maker := &composer{store: in.store, links: in.links, now: in.now}
	if part == "eml" {
		return in.previewMessage(ctx, maker, e, &c, organisation)
	}
	files, err := maker.files(ctx, &r)
	if err != nil {
		return "", err
	}
	shown, err := templates.Preview(e, "", &c, organisation, files, in.now())
	if err != nil {
		return "", err
	}
	if part == "html" {
		return shown.HTML, nil
	}
	return strings.TrimRight(shown.Text, "\n") + "\n", nil
}

func (in *installation) previewMessage(ctx context.Context, maker *composer, e *campaign.Edition, c *campaign.Contact, organisation string) (string, error) {
	var err error
	if e.Sender, err = in.sender(ctx, ""); err != nil {
		e.Sender = campaign.Sender{Name: e.Brand.Name, Email: "sender@example.org"} // nobody is set yet, and nothing is sent
	}
	maker.links.Signer = campaign.NewSigner("preview") // the links of a preview must not work
	made, err := maker.Compose(ctx, e)
	if err != nil {
		return "", err
	}
	d := &campaign.Delivery{
		ID: "preview", Run: e.ID, Email: c.Email, Name: c.FullName(), Language: e.Release.For(c.Language).Language, Tracking: campaign.NoTracking,
	}
	m, err := made.Message(nil, d, c, organisation)
	return string(m.Data), err
}

// readDiskFile reads an attachment beside a release file.
func readDiskFile(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err == nil && info.Size() > campaign.MaxAttachments {
		return nil, &fs.PathError{Op: "read", Path: name, Err: errTooLarge}
	}
	if err != nil {
		return nil, err
	}
	return os.ReadFile(name)
}
