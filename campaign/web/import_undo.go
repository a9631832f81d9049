package web

import (
	"fmt"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/templates"
)

// askUndoImport asks before a whole import is taken back.
func (s *importPages) askUndo(v *visit) error {
	i, err := s.store.GetImport(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "import")
	}
	if err := s.store.CanUndo(&i); err != nil {
		return err
	}
	added, updated := i.Summary.Outcomes[campaign.RowAdded], i.Summary.Outcomes[campaign.RowUpdated]
	return v.show("confirm", &confirmPage{
		Page:     v.page("Undo an import", "import"),
		Question: "Take back the import of " + campaign.SourceForReader(i.Source) + "?",
		Detail: fmt.Sprintf("%s that it added will be removed, and %s that it changed will be what they were. Who was changed since stays. It is refused when something was sent to any of them.",
			templates.Plural(added, "contact", "contacts"), templates.Plural(updated, "contact", "contacts")),
		Do: "Take it back", Back: "/import",
	})
}

func (s *importPages) undo(v *visit) error {
	done, err := s.store.UndoImport(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "import")
	}
	s.Logger.Info("import undone", "import_id", v.Param("id"), "removed", done.Removed, "restored", done.Restored, "kept", done.Kept)
	return v.done("/import", "Taken back: %s removed, %s put back%s.", templates.Plural(done.Removed, "contact", "contacts"), templates.Plural(done.Restored, "contact", "contacts"), keptWords(done.Kept))
}

func keptWords(n int) string {
	if n == 0 {
		return ""
	}
	return ", " + templates.Plural(n, "contact", "contacts") + " changed since and kept"
}
