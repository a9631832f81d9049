package campaign_test

import (
	"testing"

	"github.com/glasnik/glasnik/campaign"
)

func TestIsRole(t *testing.T) {
	for address, want := range map[string]bool{
		"redakcija@x.example": true, "Office@x.example": true, "info@x.example": true, "редакција@x.example": true, "redakcija.nis@x.example": true,
		"info2@x.example": true, "newsroom-fr@x.example": true, "rédaction@x.example": true, "skola@x.example": true,
		"ana@x.example": false, "infoana@x.example": false, "press.ana@x.example": true, "p@x.example": false, "@x.example": false, "ana.press@x.example": false,
	} {
		if got := campaign.IsRole(address); got != want {
			t.Errorf("IsRole(%q) = %v", address, got)
		}
	}
}

func TestLookAlike(t *testing.T) {
	for domain, want := range map[string]string{
		"gmial.com": "gmail.com", "gmail.con": "gmail.com", "gmail.co": "gmail.com", "gmal.com": "gmail.com", "gmaill.com": "gmail.com", "gmail.rs": "gmail.com",
		"gmail.com.rs": "gmail.com", "yaho.com": "yahoo.com", "yahooo.com": "yahoo.com", "hotmial.com": "hotmail.com", "outlok.com": "outlook.com", "hotmail.rs": "hotmail.com",
		"gmail.com": "", "mail.com": "", "ymail.com": "", "email.com": "", "yahoo.fr": "", "x.example": "", "example.org": "", "live.rs": "", "sb.rs": "", "mts.rs": "",
		"hotmail.co.uk": "", "": "", "gml.com": "gmail.com", "live.cm": "live.com", "live.net": "",
		"gmаil.com": "gmail.com", "gmaıl.com": "gmail.com", "gmäil.com": "gmail.com", "gmaıl.con": "gmail.com", "уahoo.com": "yahoo.com", "glas-primеra.example": "glas-primera.example",
		"пример.example": "", "kırmızı.example": "", "ćao.example": "", "пoзив.example": "",
	} {
		domain, err := campaign.ParseDomain(domain)
		if domain != "" && err != nil {
			t.Fatal(err)
		}
		if got := campaign.LookAlike(domain); got != want {
			t.Errorf("LookAlike(%q) = %q, want %q", domain, got, want)
		}
	}
}

func TestAddressKey(t *testing.T) {
	for address, want := range map[string]string{
		"A.na@Gmail.com": "ana@gmail.com", "ana@googlemail.com": "ana@gmail.com", "a.na@x.example": "a.na@x.example", "Ana@X.example": "ana@x.example", "": "",
	} {
		if got := campaign.AddressKey(address); got != want {
			t.Errorf("AddressKey(%q) = %q, want %q", address, got, want)
		}
	}
}

func TestParsePolicy(t *testing.T) {
	for name, want := range map[string]campaign.UpdatePolicy{"": campaign.FillEmpty, "fill": campaign.FillEmpty, "Overwrite": campaign.Overwrite, "skip": campaign.KeepAll} {
		if got, err := campaign.ParsePolicy(name); err != nil || got != want {
			t.Errorf("ParsePolicy(%q) = %q, %v", name, got, err)
		}
	}
	if _, err := campaign.ParsePolicy("merge"); campaign.CodeOf(err) != campaign.Invalid {
		t.Errorf("error %v", err)
	}
}
