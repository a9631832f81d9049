package web

import "slices"

func (w *wiring) campaignRoutes() []route {
	campaigns := &campaignPages{panel: w.panel, store: w.store, offers: w.offers}
	sending := &sendPages{panel: w.panel, store: w.store, campaigns: campaigns, spam: w.spam}
	follows := &followPages{panel: w.panel, store: w.store, campaigns: campaigns}
	tests := &abTestPages{panel: w.panel, campaigns: campaigns}
	runs := &runPages{panel: w.panel, store: w.store, campaigns: campaigns}
	return append(slices.Concat(w.approvalRoutes(sending), w.calendarRoutes(campaigns), w.editionRoutes(campaigns)), []route{
		get("/campaigns", viewer, campaigns.index),
		get("/campaigns/new", editor, campaigns.new),
		post("/campaigns/new", editor, campaigns.create),
		get("/campaigns/:id", viewer, shows("campaign_content", campaigns.contentPage)),
		post("/campaigns/:id", editor, campaigns.updateContent),
		get("/campaigns/:id/audience", viewer, shows("campaign_audience", campaigns.audiencePage)),
		post("/campaigns/:id/audience", editor, campaigns.updateAudience),
		get("/campaigns/:id/schedule", viewer, campaigns.schedule),
		post("/campaigns/:id/schedule", editor, campaigns.updateSchedule),
		get("/campaigns/:id/check", viewer, sending.check),
		get("/campaigns/:id/gaps", viewer, sending.gaps),
		post("/campaigns/:id/look", viewer, sending.lookAgain),
		get("/campaigns/:id/results", viewer, runs.ofCampaign),
		get("/campaigns/:id/follow", editor, follows.ask),
		post("/campaigns/:id/follow", editor, follows.create),
		post("/campaigns/:id/stop-joining", editor, follows.stopJoining),
		get("/campaigns/:id/moved", viewer, sending.moved),
		get("/sending", viewer, campaigns.sendingNow),
		get("/notices", viewer, (&noticePages{panel: w.panel, store: w.store}).index),
		post("/campaigns/:id/send", editor, sending.send),
		post("/campaigns/:id/plan", editor, sending.plan),
		post("/campaigns/:id/call-back", editor, sending.callBack),
		post("/campaigns/:id/pause", editor, sending.pause),
		post("/campaigns/:id/resume", editor, sending.resume),
		get("/campaigns/:id/cancel", editor, sending.askCancel),
		post("/campaigns/:id/cancel", editor, sending.cancel),
		post("/campaigns/:id/test", editor, sending.test),
		post("/campaigns/:id/copy", editor, campaigns.copy),
		get("/campaigns/:id/delete", editor, sending.askDelete),
		post("/campaigns/:id/delete", editor, sending.delete),
		get("/runs/:id", viewer, runs.show),
		get("/runs/:id/progress", viewer, runs.progress),
		get("/runs/:id/readers", viewer, runs.readers),
		get("/runs/:id/letter", viewer, runs.letter),
		get("/runs/:id/letter/frame", viewer, runs.letterFrame),
		get("/runs/:id/server", viewer, runs.machinery),
		get("/runs/:id/recipients", viewer, runs.recipients),
		get("/runs/:id/recipients/export", editorAgain, runs.exportRecipients),
		get("/campaigns/:id/ab-test", viewer, shows("campaign_abtest", tests.page)),
		post("/campaigns/:id/ab-test", editor, tests.update),
		post("/runs/:id/arm", editor, runs.chooseArm),
		post("/runs/:id/retry", editor, runs.retry),
		post("/runs/:id/resend", editor, runs.resend),
	}...)
}

// approvalRoutes are those of approvals and of the comments on what is to be approved.
func (w *wiring) approvalRoutes(sending *sendPages) []route {
	approvals := &approvalPages{panel: w.panel, store: w.store, send: sending}
	comments := &commentPages{panel: w.panel, store: w.store}
	settings := &settingsPages{panel: w.panel, store: w.store}
	return []route{
		get("/settings/approval", admin, settings.approval),
		post("/settings/approval", admin, settings.updateApproval),
		get("/approve/:token", viewer, approvals.follow),
		get("/campaigns/:id/approval", viewer, approvals.show),
		post("/campaigns/:id/approval", viewer, approvals.decide),
		post("/campaigns/:id/approval/ask", editor, approvals.ask),
		post("/campaigns/:id/approval/withdraw", editor, approvals.withdraw),
		post("/campaigns/:id/alone", viewerAgain, approvals.alone),

		get("/releases/:id/comments", viewer, shows("release_comments", comments.page)),
		post("/releases/:id/comments", viewer, comments.add),
		post("/releases/:id/comments/:comment", viewer, comments.change),
	}
}
