package main

import (
	"testing"

	"github.com/glasnik/glasnik/campaign"
)

func TestSenders(t *testing.T) {
	for in, want := range map[string]campaign.Sender{
		"press@example.org":                          {Email: "press@example.org"},
		"<press@example.org>":                        {Email: "press@example.org"},
		"Press <press@example.org>":                  {Name: "Press", Email: "press@example.org"},
		"Press (Belgrade) <press@example.org>":       {Name: "Press (Belgrade)", Email: "press@example.org"},
		"(Belgrade) Press <press@example.org>":       {Name: "(Belgrade) Press", Email: "press@example.org"},
		`"Press (Belgrade)" <press@example.org>`:     {Name: "Press (Belgrade)", Email: "press@example.org"},
		"Press [RS] <press@example.org>":             {Name: "Press [RS]", Email: "press@example.org"},
		"Press, Belgrade: news; <press@example.org>": {Name: "Press, Belgrade: news;", Email: "press@example.org"},
		"Dr. Ana Anić <ana@example.org>":             {Name: "Dr. Ana Anić", Email: "ana@example.org"},
		"Канцеларија за штампу (Београд) <a@пример.example>": {Name: "Канцеларија за штампу (Београд)", Email: "a@xn--e1afmkfd.example"},
		"=?UTF-8?Q?Ani=C4=87?= <a@example.org>":              {Name: "Anić", Email: "a@example.org"},
		"a@example.org (Press)":                              {Name: "Press", Email: "a@example.org"},
	} {
		if got, err := parseSender(in); err != nil || got != want {
			t.Errorf("%s: %+v %v, want %+v", in, got, err, want)
		}
	}
	for _, in := range []string{"", "Press", "Press <>", "Press <press>", "a <a@example.org>, b <b@example.org>", `"Press <a@example.org>`, "Press <a@example.org> x"} {
		if got, err := parseSender(in); err == nil {
			t.Errorf("%q is taken: %+v", in, got)
		}
	}
}
