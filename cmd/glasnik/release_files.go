package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/templates"
)

var errTooLarge = errors.New("the file is larger than all attachments together may be")

// releaseFile is one language of a release as it was given.
type releaseFile struct {
	name string
	data []byte
	read func(name string) ([]byte, error) // of a file it names, by its path from the folder of this one
}

// releaseDraft is a release read from files and checked; its attachments are not stored yet.
type releaseDraft struct {
	release campaign.Release
	data    [][]byte // of the attachments, in their order
	size    int64    // of all of them
	doubts  []string // what may be a slip in the texts, by file and line
}

// readRelease joins files of one release, one for each language. What is common to all is taken from the first.
func readRelease(files []releaseFile) (*releaseDraft, error) {
	draft := &releaseDraft{}
	from := map[campaign.Language]releaseFile{}
	for i, f := range files {
		r, v, err := templates.ParseReleaseFile(f.name, f.data)
		if err != nil {
			return nil, err
		}
		if other, doubled := from[v.Language]; doubled {
			return nil, campaign.Errorf(campaign.Invalid, "%s and %s are both in %s: give one file for each language", other.name, f.name, v.Language)
		}
		from[v.Language] = f
		if i == 0 {
			draft.release = *r
			draft.release.Attachments, draft.release.Topics, draft.release.Sources, draft.release.Assurances = nil, nil, nil, nil
			if r.Source == "" {
				draft.release.Source = v.Language
			}
		}
		draft.release.Topics = append(draft.release.Topics, r.Topics...)
		for _, s := range r.Sources {
			if !slices.Contains(draft.release.Sources, s) {
				draft.release.Sources = append(draft.release.Sources, s)
			}
		}
		draft.release.Assurances = append(draft.release.Assurances, r.Assurances...)
		draft.release.ListSources = draft.release.ListSources || r.ListSources
		if err := draft.attach(f, r.Attachments); err != nil {
			return nil, err
		}
		draft.release.Put(v)
	}
	if err := draft.release.Normalize(); err != nil {
		return nil, err
	}
	draft.doubts = toldByLine(templates.ReleaseWarnings(&draft.release), from)
	return draft, checkFiles(&draft.release, from)
}

// attach reads the attachments a file names; one that several languages name goes along once.
func (d *releaseDraft) attach(f releaseFile, named []campaign.Attachment) error {
	for i, a := range named {
		if slices.ContainsFunc(d.release.Attachments, func(b campaign.Attachment) bool { return b.Name == a.Name }) {
			continue
		}
		data, err := f.read(a.File)
		if err != nil {
			return campaign.Errorf(campaign.Invalid, "%s:%d: the attachment %s cannot be read: %v", f.name, templates.NewReleaseLines(f.data).Attachment(i), a.File, err)
		}
		if d.size += int64(len(data)); d.size > campaign.MaxAttachments {
			return campaign.Errorf(campaign.Invalid, "%s:%d: %v", f.name, templates.NewReleaseLines(f.data).Attachment(i), errTooLarge)
		}
		a.Size, a.MediaType = int64(len(data)), campaign.MediaTypeOf(a.Name, data)
		d.release.Attachments = append(d.release.Attachments, a)
		d.data = append(d.data, data)
	}
	return nil
}

// saveRelease stores the attachments, then the release that names them.
func (in *installation) saveRelease(ctx context.Context, d *releaseDraft) error {
	for i, data := range d.data {
		id, err := in.store.Releases.SaveFile(ctx, data)
		if err != nil {
			return fmt.Errorf("keep attachment: %w", err)
		}
		d.release.Attachments[i].File = id
	}
	for _, a := range slices.Clone(d.release.Assurances) { // they are for the versions with the files as they are stored
		d.release.Assure(d.release.In(a.Language), a.What, campaign.Actor{Name: a.Name}, a.At)
	}
	for i := range d.release.Versions {
		d.release.Versions[i].UpdatedAt = in.now().UTC()
	}
	return in.store.Releases.CreateRelease(ctx, &d.release)
}

// checkFiles tells what is wrong with the texts by file and line.
func checkFiles(r *campaign.Release, from map[campaign.Language]releaseFile) error {
	if told := toldByLine(templates.ReleaseProblems(r, nil), from); len(told) > 0 {
		return listError{"the release was not added:", told}
	}
	return nil
}

// toldByLine writes problems with the file and the line where each is.
func toldByLine(problems []templates.ReleaseProblem, from map[campaign.Language]releaseFile) (told []string) {
	lines := map[campaign.Language]*templates.ReleaseLines{}
	for _, p := range problems {
		if lines[p.Language] == nil {
			lines[p.Language] = templates.NewReleaseLines(from[p.Language].data)
		}
		told = append(told, fmt.Sprintf("%s:%d: %s: %s", from[p.Language].name, lines[p.Language].Problem(p), p.Field, p.Text))
	}
	return told
}
