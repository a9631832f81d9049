package main

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/contactfile"
	"github.com/glasnik/glasnik/campaign/language"
	"github.com/glasnik/glasnik/templates"
)

//go:embed demo
var demoFiles embed.FS

// sampleData fills a store as a team would have: everything goes through the import, the release files and the sender
// that a real installation uses, only at times that have passed.
type sampleData struct {
	*demo
	site  string // where the links of the sample mails lead
	start time.Time
	lists map[string]string // ids by name
	owner string            // id of the user everything belongs to but what is the colleague's

	colleague campaign.User

	pictures map[string]string // ids of the library by name
	sent     []campaign.Campaign
}

// When things came about, before now.
const (
	demoBegan   = 125 * 24 * time.Hour
	demoSent    = 3 * 24 * time.Hour
	demoGathers = 9 * 24 * time.Hour // from when on the newsletter takes up what was published
)

// demoLists are the three lists with their ways of counting readers.
var demoLists = []struct {
	name, file, purpose string
	names, descriptions campaign.Texts
	kind                campaign.Kind
	tracking            campaign.Tracking
	basis               campaign.Basis
}{
	{"Mediji", "press.csv", "Vesti za novinare koji prate socijalne teme.",
		inThree("Saopštenja za medije", "Press releases", "Communiqués de presse"),
		inThree("Sve što Centar Primer objavljuje za novinare.", "All that the Primer Centre publishes for journalists.", "Tout ce que le Centre Primer publie pour les journalistes."),
		campaign.Journalist, campaign.Aggregate, campaign.LegitimateInterest},
	{"Škole", "schools.csv", "Pozivi na radionice i nastavni materijali za škole.",
		inThree("Za škole", "For schools", "Pour les écoles"),
		inThree("Radionice i nastavni materijali, jednom mesečno.", "Workshops and teaching materials, once a month.", "Ateliers et supports de cours, une fois par mois."),
		campaign.School, campaign.NoTracking, campaign.PublicContact},
	{"Poslodavci", "businesses.csv", "Saveti o prevenciji na radu za poslodavce koji su ih tražili.",
		inThree("Za poslodavce", "For employers", "Pour les employeurs"),
		inThree("Saveti o sprečavanju prinudnog rada.", "Advice on preventing forced labour.", "Conseils pour prévenir le travail forcé."),
		campaign.Business, campaign.Individual, campaign.ConsentBasis},
}

// inThree is a text for readers; Cyrillic is made from the first.
func inThree(serbian, english, french string) campaign.Texts {
	return campaign.Texts{campaign.SerbianLatin: serbian, campaign.English: english, campaign.French: french}
}

func (s *sampleData) fill(ctx context.Context) error {
	s.start, s.lists = s.clock.now(), map[string]string{}
	s.clock.setTo(s.start.Add(-demoBegan))
	for _, step := range []func(context.Context) error{s.addUser, s.addSettings, s.addPictures, s.addContacts, s.addWishes, s.addPast, s.addCampaigns} {
		if err := step(ctx); err != nil {
			return fmt.Errorf("fill the demo: %w", err)
		}
	}
	return nil
}

func (s *sampleData) addSettings(ctx context.Context) error {
	_, err := s.store.Settings.UpdateSettings(ctx, func(v *campaign.Settings) error {
		v.Zone = "Europe/Belgrade"
		v.Digest = campaign.DigestSettings{On: true, Weekday: time.Friday, Hour: 9, Since: s.start.UTC()}
		v.Topics = []campaign.Topic{
			{Key: "education", Names: inThree("Obrazovanje", "Education", "Éducation")},
			{Key: "law", Names: inThree("Pravo i sudovi", "Law and courts", "Droit et tribunaux")},
		}
		v.Senders = []campaign.Sender{
			{Name: "Centar Primer", Email: "mediji@primer.example"},
			{Name: "Pregled Centra Primer", Email: "pregled@primer.example", ReplyTo: "mediji@primer.example"},
		}
		v.Brand = campaign.Brand{
			Name: "Centar Primer", Address: "Ogledna 1, 11000 Beograd", Website: s.site + "/o-nama", Privacy: s.site + "/privatnost",
			Contact: "privatnost@primer.example", Colour: "#1f4e5f",
			Names:   inThree("Centar Primer", "Primer Centre", "Centre Primer"),
			Funding: inThree("Rad Centra Primer podržava izmišljeni Fond Ogled.", "The work of the Primer Centre is supported by the fictional Sample Fund.", "Le travail du Centre Primer est soutenu par le Fonds Exemple, fictif."),
			Footer:  inThree("Centar Primer je izmišljen: ovo je ogledni primer.", "The Primer Centre is fictional: this is an example.", "Le Centre Primer est fictif : ceci est un exemple."),
		}
		v.About = inThree("Centar Primer je izmišljena organizacija koja pomaže žrtvama trgovine ljudima.",
			"The Primer Centre is a fictional organisation that helps victims of human trafficking.",
			"Le Centre Primer est une organisation fictive qui aide les victimes de la traite des êtres humains.")
		v.Helplines = []campaign.Helpline{{
			Label: "Primer (example)", Number: "+381 11 000 0000", Tel: "+381110000000", Hours: "00–24", Cost: "besplatno / free / gratuit",
			Speaks: "srpski, English, français", Anonymous: true, VerifiedOn: s.start.UTC(), VerifiedBy: "Milica Primerić",
		}}
		v.Desk = campaign.MediaDesk{Names: inThree("Jelena Đurić", "Jelena Đurić", "Jelena Đurić"), Phone: "+381 11 555 0100", Email: "mediji@primer.example"}
		return nil
	})
	return err
}

// addContacts makes the lists and imports the sixty contacts.
func (s *sampleData) addContacts(ctx context.Context) error {
	for _, d := range demoLists {
		l := campaign.List{Name: d.name, Names: d.names, Descriptions: d.descriptions, Purpose: d.purpose, Tracking: d.tracking, Basis: d.basis, Language: campaign.SerbianLatin, Public: true}
		if err := s.store.Lists.CreateList(ctx, &l); err != nil {
			return err
		}
		s.lists[d.name] = l.ID
		data, err := demoFiles.ReadFile("demo/" + d.file)
		if err != nil {
			return err
		}
		file, err := contactfile.Open(bytes.NewReader(data), int64(len(data)), contactfile.Options{})
		if err != nil {
			return err
		}
		options := campaign.ImportOptions{List: l.ID, Kind: d.kind, Source: "import of " + d.file}
		summary, err := s.store.Imports.ImportFrom(ctx, file.Rows(), options, nil)
		if err != nil {
			return err
		}
		if n := summary.Outcomes[campaign.RowAdded]; n != summary.Rows {
			return fmt.Errorf("%d of %d rows of %s were added", n, summary.Rows, d.file)
		}
	}
	return nil
}

// addWishes returns some contacts what makes a real list uneven: consent to be counted by name, a second list, somebody
// people who left, an address that must not be written to.
func (s *sampleData) addWishes(ctx context.Context) error {
	consenting := 0
	err := s.store.Audiences.EachMember(ctx, s.lists["Poslodavci"], "", 100, func(cs []campaign.Contact) error {
		for _, c := range cs {
			if consenting++; consenting%4 == 0 {
				continue // no consent: counted with all others
			}
			if _, err := s.store.Contacts.UpdateContact(ctx, c.ID, func(c *campaign.Contact) error {
				c.Consent = &campaign.TrackingConsent{At: s.clock.Now().UTC(), Basis: campaign.ConsentBasis, Source: "papirni obrazac na obuci"}
				return nil
			}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, address := range []string{"ksenija.ksenic@agencija-uzor.example", "claire.moreau@agence-exemple.example"} {
		c, err := s.store.Contacts.GetContactByAddress(ctx, address)
		if err != nil {
			return err
		}
		m := campaign.Membership{List: s.lists["Poslodavci"], Status: campaign.Subscribed, Basis: campaign.ConsentBasis, Source: "zahtev telefonom"}
		if err := s.store.Contacts.SubscribeContact(ctx, c.ID, m, true); err != nil {
			return err
		}
	}
	for address, list := range map[string]string{"luc.martin@le-specimen.example": "Mediji", "vanja.vanjic@os-peti-primer.test": "Škole"} {
		c, err := s.store.Contacts.GetContactByAddress(ctx, address)
		if err != nil {
			return err
		}
		if _, err := s.store.Contacts.LeaveLists(ctx, c.ID, []string{s.lists[list]}, campaign.Unsubscribed); err != nil {
			return err
		}
	}
	return s.store.Suppressions.Suppress(ctx, "pavle.pavlic@kamp-uzorak.example", campaign.SuppressedByHand, "zahtev telefonom")
}

// addRelease stores a release of the sample files. A Serbian version is written in one script and converted to the other.
// Words are exchanged in it, pair by pair.
func (s *sampleData) addRelease(ctx context.Context, pattern, date string, words ...string) (campaign.Release, error) {
	names, err := fs.Glob(demoFiles, "demo/"+pattern+".*.md")
	if err != nil {
		return campaign.Release{}, err
	}
	var files []releaseFile
	for _, name := range names {
		data, err := demoFiles.ReadFile(name)
		if err != nil {
			return campaign.Release{}, err
		}
		data = []byte(strings.NewReplacer(append(words, "](SITE/", "]("+s.site+"/")...).Replace(string(data)))
		for picture, id := range s.pictures {
			data = bytes.ReplaceAll(data, []byte("](PICTURE/"+picture), []byte("](media:"+id))
		}
		files = append(files, releaseFile{name: name, data: data, read: func(file string) ([]byte, error) { return demoFiles.ReadFile(path.Join(path.Dir(name), file)) }})
	}
	draft, err := readRelease(files)
	if err != nil {
		return campaign.Release{}, err
	}
	r := &draft.release
	r.Source = campaign.SerbianLatin
	if latin := r.In(campaign.SerbianLatin); latin != nil {
		r.Title = latin.Headline
		if pattern != "invitation" {
			r.Put(language.ConvertVersion(*latin, campaign.SerbianCyrillic, nil))
		}
	}
	for i := range r.Versions {
		if r.Versions[i].Date != "" {
			r.Versions[i].Date = date
		}
	}
	pictures, err := s.store.Media.GetPictures(ctx, slices.Collect(maps.Values(s.pictures)))
	if err != nil {
		return *r, err
	}
	if err := templates.CheckRelease(r, templates.MediaOf(pictures, "")); err != nil {
		return *r, err
	}
	r.Owner = s.owner
	err = s.saveRelease(ctx, draft)
	return *r, err
}

// addUser makes the admin the sign-in link is for. No password fits, and none is asked for: a link comes with each start.
func (s *sampleData) addUser(ctx context.Context) error {
	u := campaign.User{Email: demoUser, Name: "Milica Primerić", Role: campaign.Admin, Password: "none"}
	err := s.store.Users.CreateUser(ctx, &u)
	s.owner = u.ID
	return err
}
