package templates

import (
	"bytes"
	"html/template"

	"github.com/glasnik/glasnik/campaign"
)

// Snippet is a sign-up form for another site, to copy.
type Snippet struct {
	Language campaign.Language
	HTML     string
}

// snippetForm is plain HTML without script, style sheet or anything loaded from elsewhere. The field nobody sees is for
// programs that fill in every field.
var snippetForm = template.Must(template.New("snippet").Parse(`<form method="post" action="{{.Action}}" accept-charset="utf-8" lang="{{.Language}}">
  <input type="hidden" name="lang" value="{{.Language}}">
  <input type="hidden" name="language" value="{{.Language}}">
  <input type="hidden" name="consent" value="{{.Version}}">
  <p><label>{{.Email}}<br><input type="email" name="email" required autocomplete="email" maxlength="254"></label></p>
  <p><label>{{.Name}}<br><input type="text" name="first_name" autocomplete="given-name" maxlength="100"></label></p>
  <p style="position:absolute;left:-9999px" aria-hidden="true"><label>{{.Trap}} <input type="text" name="website" tabindex="-1" autocomplete="off"></label></p>
  <p><small>{{.Consent}}{{if .Privacy}} <a href="{{.Privacy}}">{{.PrivacyName}}</a>{{end}}</small></p>
  <p><button type="submit">{{.Button}}</button></p>
</form>
`))

// SignUpSnippet returns the form of a list in a language. consent is what is agreed to by sending it.
func SignUpSnippet(l campaign.Language, action, consent, privacy string) Snippet {
	var b bytes.Buffer
	t := func(key string) string { return Translate(l, key) }
	err := snippetForm.Execute(&b, map[string]string{
		"Action": action, "Language": string(l), "Version": campaign.TextVersion(consent), "Consent": consent, "Privacy": privacy,
		"Email": t("subscribe.email"), "Name": t("subscribe.first_name"), "Trap": t("subscribe.trap"), "Button": t("subscribe.button"),
		"PrivacyName": t("public.privacy"),
	})
	if err != nil {
		panic(err) // the form is part of the program and writes to memory
	}
	return Snippet{l, b.String()}
}
