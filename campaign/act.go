package campaign

// Act is what the audit log holds of something that somebody of the team did, once it succeeded (E-15).
type Act struct {
	Kind EntryKind
	What Text
}

// Entry is the entry of an act: what it was done to, by its path in the panel, a name or more words (nil: none), and the fields it
// changed.
func (a Act) Entry(object string, detail any, changed []Text) Entry {
	words := a.What
	if detail != nil {
		words = Textf("%s: %s", words, detail)
	}
	return Entry{Kind: a.Kind, Audit: true, Object: object, Detail: words.Stored(), Changed: StoredTexts(changed)}
}

// The acts that can be done in the panel and on the command line.
var (
	ActImport           = Act{ImportedEntry, Textf("Imported contacts")}
	ActUndoImport       = Act{ImportedEntry, Textf("Undid an import")}
	ActAddSegment       = Act{MadeEntry, Textf("Added a segment")}
	ActDeleteSegment    = Act{DeletedEntry, Textf("Deleted a segment")}
	ActAddRelease       = Act{MadeEntry, Textf("Added a release")}
	ActAddCampaign      = Act{MadeEntry, Textf("Added a campaign")}
	ActAddFollowing     = Act{MadeEntry, Textf("Made a campaign that follows another one")}
	ActSendCampaign     = Act{SendingEntry, Textf("Sent a campaign")}
	ActScheduleCampaign = Act{SendingEntry, Textf("Scheduled a campaign")}
	ActPauseCampaign    = Act{SendingEntry, Textf("Stopped a campaign")}
	ActResumeCampaign   = Act{SendingEntry, Textf("Went on with a campaign")}
	ActCancelCampaign   = Act{SendingEntry, Textf("Cancelled a campaign")}
	ActChooseArm        = Act{SendingEntry, Textf("Chose which variant of an A/B test the other readers get")}
	ActRetryFailed      = Act{SendingEntry, Textf("Sent failed messages again")}
	ActResend           = Act{SendingEntry, Textf("Sent interrupted messages again")}
)
