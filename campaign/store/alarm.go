package store

import (
	"context"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// Alarms are what somebody should look at soon.
type Alarms struct {
	engine document.Engine
	now    func() time.Time

	notices *Notices
	users   *Users
}

// FindAlarms returns the alarms that have not ended, the oldest first.
func (s *Alarms) FindAlarms(ctx context.Context) ([]campaign.Alarm, error) {
	b, err := s.getBoard(ctx)
	return b.Alarms, err
}

func (s *Alarms) getBoard(ctx context.Context) (campaign.AlarmBoard, error) {
	b, err := document.Get[campaign.AlarmBoard](ctx, s.engine, schema.AlarmBoards, campaign.AlarmBoardID)
	return b, campaign.UnlessMissing(err)
}

// SettleAlarms begins the alarms that were found and ends the others, sees which runs stand still, and writes to the admins who did not switch it off about each new
// one, once, however many processes look and whenever one of them is killed. It returns how many are new.
func (s *Alarms) SettleAlarms(ctx context.Context, found []campaign.Alarm, moving []campaign.Movement) (begun int, err error) {
	board, err := s.getBoard(ctx)
	if err != nil || len(board.Alarms) == 0 && len(board.Moving) == 0 && len(found) == 0 && len(moving) == 0 {
		return 0, err
	}
	if _, err := s.engine.InsertNew(ctx, schema.AlarmBoards, &campaign.AlarmBoard{ID: campaign.AlarmBoardID, Version: 1}); err != nil {
		return 0, err
	}
	now := s.now().UTC().Truncate(time.Millisecond) // as it is stored: the mails' keys hold it
	if board.Settle(found, moving, now) {
		if board, err = s.update(ctx, func(b *campaign.AlarmBoard) { b.Settle(found, moving, now) }); err != nil {
			return 0, err
		}
	}
	for i := range board.Alarms {
		if board.Alarms[i].Told {
			continue
		}
		begun++
		if err := s.tell(ctx, &board.Alarms[i]); err != nil {
			return begun, err
		}
	}
	if begun > 0 {
		told := board.Alarms
		_, err = s.update(ctx, func(b *campaign.AlarmBoard) {
			for i := range b.Alarms {
				a := &b.Alarms[i]
				a.Told = a.Told || slices.ContainsFunc(told, func(t campaign.Alarm) bool { return t.Same(a) && t.Since.Equal(a.Since) })
			}
		})
	}
	return begun, err
}

func (s *Alarms) update(ctx context.Context, fn func(*campaign.AlarmBoard)) (campaign.AlarmBoard, error) {
	return document.Modify(ctx, s.engine, schema.AlarmBoards, campaign.AlarmBoardID, func(b *campaign.AlarmBoard) *int64 { return &b.Version }, func(b *campaign.AlarmBoard) error {
		fn(b)
		return nil
	})
}

// tell writes to the admins, each once with the same key.
func (s *Alarms) tell(ctx context.Context, a *campaign.Alarm) error {
	users, err := s.users.FindUsers(ctx)
	if err != nil {
		return err
	}
	letter := a.Letter()
	for i := range users {
		u := &users[i]
		if u.Disabled || u.NoAlarms || !u.May(campaign.Admin) {
			continue
		}
		about := campaign.ApprovalRequest{User: u.ID, Campaign: a.Path, Print: campaign.OfAlarm}
		key := campaign.DerivedID("alarm", string(a.Kind), a.Of, a.Since.UTC().Format(time.RFC3339Nano), u.ID)
		if err := s.notices.tellUser(ctx, u, about, &letter, campaign.English, key); err != nil {
			return err
		}
	}
	return nil
}
