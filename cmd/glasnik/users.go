package main

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/spf13/cobra"

	"github.com/glasnik/glasnik/campaign"
)

// signInFor is how long a one-time sign-in link works.
const signInFor = 48 * time.Hour

func usersCommand(p *program) *cobra.Command {
	return group("users", "The people who may sign in to the panel",
		"Add users of the panel, give them a new way in, and list them.",
		usersAddCommand(p), usersResetCommand(p), usersListCommand(p))
}

func usersAddCommand(p *program) *cobra.Command {
	var name, role string
	var approves bool
	cmd := &cobra.Command{
		Use: "add EMAIL", Short: "Add a user and print a one-time sign-in link", Args: cobra.ExactArgs(1),
		Long: `Add a user and print a link that works once, within two days. Whoever opens it
signs in and chooses a password.`,
		Example: "  glasnik users add ana@example.org --name \"Ana Anić\" --role editor",
		RunE: p.opened(func(ctx context.Context, in *installation, args []string) error {
			u := campaign.User{Email: args[0], Name: name, Role: campaign.Role(role), Approves: approves}
			if err := in.store.Users.CreateUser(ctx, &u); err != nil {
				return err
			}
			return giveLink(ctx, in, u)
		}),
	}
	cmd.Flags().StringVar(&name, "name", "", "the person's name")
	cmd.Flags().StringVar(&role, "role", string(campaign.Editor), "admin, editor or viewer")
	cmd.Flags().BoolVar(&approves, "approves", false, "may approve campaigns of others, whatever the role; an admin always may")
	return withJSON(p, cmd)
}

func usersResetCommand(p *program) *cobra.Command {
	return withJSON(p, &cobra.Command{
		Use: "reset EMAIL", Short: "Print a one-time sign-in link for a user who cannot get in", Args: cobra.ExactArgs(1),
		Long: `Print a link that works once, within two days, for a user who forgot the
password. The old password is forgotten too, all sessions end, and a disabled
user is let in again.`,
		Example: "  glasnik users reset ana@example.org",
		RunE: p.opened(func(ctx context.Context, in *installation, args []string) error {
			u, err := in.store.Users.GetUserByAddress(ctx, args[0])
			if campaign.CodeOf(err) == campaign.NotFound {
				return campaign.Errorf(campaign.NotFound, "there is no user %s: “glasnik users list” shows them, “glasnik users add” adds one", args[0])
			}
			if err != nil {
				return err
			}
			u, err = in.store.Users.UpdateUser(ctx, u.ID, func(u *campaign.User) error {
				u.Password, u.Disabled, u.SessionsSince = "", false, in.now().UTC()
				return nil
			})
			if err != nil {
				return err
			}
			return giveLink(ctx, in, u)
		}),
	})
}

func giveLink(ctx context.Context, in *installation, u campaign.User) error {
	link, err := in.signInLink(ctx, u.ID)
	if err != nil {
		return err
	}
	if in.asJSON {
		return in.sayJSON(map[string]any{"id": u.ID, "email": u.Email, "role": u.Role, "sign_in_link": link})
	}
	in.say("%s (%s) signs in once, within two days, by:\n%s", u.Email, u.Role, link)
	return nil
}

// signInLink makes a link that lets a user in once; for user "" it makes the first admin.
func (in *installation) signInLink(ctx context.Context, user string) (string, error) {
	secret := rand.Text()
	if err := in.store.Sessions.CreateSignInLink(ctx, secret, user, signInFor); err != nil {
		return "", err
	}
	return in.cfg.BaseURL + "/sign-in/" + secret, nil
}

func usersListCommand(p *program) *cobra.Command {
	return withJSON(p, &cobra.Command{
		Use: "list", Short: "List the users of the panel", Args: cobra.NoArgs,
		Long:    "List the users of the panel, one a line: address, role, name, and when they were last seen.",
		Example: "  glasnik users list\n  glasnik users list --json",
		RunE: p.opened(func(ctx context.Context, in *installation, _ []string) error {
			users, err := in.store.Users.FindUsers(ctx)
			if err != nil {
				return err
			}
			if len(users) == 0 && !p.asJSON {
				p.say("There are no users yet: “glasnik serve” prints a link for the first admin.")
			}
			for _, u := range users {
				if err := showUser(in, u); err != nil {
					return err
				}
			}
			return nil
		}),
	})
}

func showUser(in *installation, u campaign.User) error {
	if in.asJSON {
		return in.sayJSON(map[string]any{"id": u.ID, "email": u.Email, "name": u.Name, "role": u.Role, "disabled": u.Disabled, "last_seen_at": u.LastSeenAt})
	}
	seen := "never signed in"
	if !u.LastSeenAt.IsZero() {
		seen = "last seen " + u.LastSeenAt.In(in.cfg.zone).Format("2 January 2006, 15:04")
	}
	if u.Disabled {
		seen = "disabled"
	}
	in.say("%-32s %-7s %s (%s)", u.Email, u.Role, u.Name, seen)
	return nil
}
