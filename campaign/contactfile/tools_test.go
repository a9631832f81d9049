package contactfile

import (
	"slices"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
)

// person is what an export says of one.
type person struct {
	email, first, last, organisation, position, phone, place string
	tags                                                     []string
	language                                                 campaign.Language
	standing                                                 campaign.Standing
}

// Exports of other tools, under their own column names: everything lands where it belongs, and people who left there have left here.
func TestExportsOfOtherTools(t *testing.T) {
	t.Parallel()
	ana := person{email: "ana@x.example", first: "Ana", last: "Žigić", organisation: "Radio Dunav", position: "urednica", phone: "+381 64 123", place: "Niš"}
	full := ana
	full.tags = []string{"Mediji", "Jug"}
	inFrench := full
	inFrench.language = campaign.French
	out := func(email string, s campaign.Standing) person {
		return person{email: email, first: "Iva", last: "Đokić", standing: s}
	}
	in := person{email: "ana@x.example", first: "Ana", last: "Žigić"}
	tagged := in
	tagged.tags = []string{"Mediji", "Jug"}
	withPhone := in
	withPhone.phone = "+381 64 123"
	for _, tt := range []struct {
		tool, text string
		want       []person
	}{
		{"Outlook", outlookHeading + "Ms.,Ana,,Žigić,,Radio Dunav,Vesti,urednica,Ulica 1,,,Niš,,18000,Srbija,,,,,,,,,,+381 64 123,,,,Mediji;Jug,ana@x.example,SMTP,Ana Žigić (ana@x.example),,,,Unspecified,,,,Normal,False,,,\n", []person{full}},
		{"Outlook in French", "Titre,Prénom,Deuxième prénom,Nom,Suffixe,Société,Service,Fonction,Rue (bureau),Ville (bureau),Code postal (bureau),Pays/Région (bureau),Télécopie (bureau),Téléphone (bureau),Tél. mobile,Anniversaire,Catégories,Adresse de messagerie,Type de messagerie,Nom complet de l'adresse de messagerie,Langue,Notes,Priorité,Privé,Sexe\n" +
			"Mme,Ana,,Žigić,,Radio Dunav,Infos,urednica,1 rue X,Niš,18000,Serbie,,+381 64 123,,0/0/00,Mediji;Jug,ana@x.example,SMTP,Ana Žigić (ana@x.example),français,,Normale,Faux,Non spécifié\n", []person{inFrench}},
		{"Outlook in Serbian", "Titula,Ime,Srednje ime,Prezime,Sufiks,Preduzeće,Odeljenje,Radno mesto,Ulica (posao),Grad (posao),Poštanski broj (posao),Faks na poslu,Telefon na poslu,Mobilni telefon,Kategorije,E-adresa,Tip e-adrese,Ime za prikaz e-adrese,Jezik,Beleške\n" +
			"gđa,Ana,,Žigić,,Radio Dunav,Vesti,urednica,Ulica 1,Niš,18000,,+381 64 123,,Mediji;Jug,ana@x.example,SMTP,Ana Žigić,,\n", []person{full}},
		{"Google Contacts before 2024", "Name,Given Name,Additional Name,Family Name,Yomi Name,Given Name Yomi,Additional Name Yomi,Family Name Yomi,Name Prefix,Name Suffix,Initials,Nickname,Short Name,Maiden Name,Birthday,Gender,Location,Billing Information,Directory Server,Mileage,Occupation,Hobby,Sensitivity,Priority,Subject,Notes,Language,Photo,Group Membership,E-mail 1 - Type,E-mail 1 - Value,Phone 1 - Type,Phone 1 - Value,Address 1 - Type,Address 1 - Formatted,Address 1 - Street,Address 1 - City,Address 1 - PO Box,Address 1 - Region,Address 1 - Postal Code,Address 1 - Country,Address 1 - Extended Address,Organization 1 - Type,Organization 1 - Name,Organization 1 - Yomi Name,Organization 1 - Title,Organization 1 - Department,Organization 1 - Symbol,Organization 1 - Location,Organization 1 - Job Description\n" +
			"Ana Žigić,Ana,,Žigić,,,,,,,,,,,,,,,,,,,,,,,,,Mediji ::: Jug ::: * myContacts,* Work,ana@x.example,Mobile,+381 64 123,Work,\"Ulica 1\nNiš\",Ulica 1,Niš,,,18000,RS,,,Radio Dunav,,urednica,Vesti,,,\n", []person{full}},
		{"Google Contacts", "First Name,Middle Name,Last Name,Phonetic First Name,Phonetic Middle Name,Phonetic Last Name,Name Prefix,Name Suffix,Nickname,File As,Organization Name,Organization Title,Organization Department,Birthday,Notes,Photo,Labels,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value,Address 1 - Label,Address 1 - Formatted,Address 1 - Street,Address 1 - City,Address 1 - PO Box,Address 1 - Region,Address 1 - Postal Code,Address 1 - Country,Address 1 - Extended Address\n" +
			"Ana,,Žigić,,,,,,,,Radio Dunav,urednica,Vesti,,,,Mediji ::: Jug ::: * myContacts,* Work,ana@x.example,Mobile,+381 64 123,Work,,Ulica 1,Niš,,,18000,RS,\n", []person{full}},
		{"Thunderbird", "First Name,Last Name,Display Name,Nickname,Primary Email,Secondary Email,Screen Name,Work Phone,Home Phone,Fax Number,Pager Number,Mobile Number,Home Address,Home Address 2,Home City,Home State,Home ZipCode,Home Country,Work Address,Work Address 2,Work City,Work State,Work ZipCode,Work Country,Job Title,Department,Organization,Web Page 1,Web Page 2,Birth Year,Birth Month,Birth Day,Custom 1,Custom 2,Custom 3,Custom 4,Notes\n" +
			"Ana,Žigić,Ana Žigić,,ana@x.example,,,,,,,+381 64 123,,,,,,,,,Niš,,,,urednica,Vesti,Radio Dunav,,,,,,,,,,\n", []person{ana}},
		{"LinkedIn", "Notes:\n\"When exporting your connection data, you may notice that some of the email addresses are missing.\"\n\nFirst Name,Last Name,URL,Email Address,Company,Position,Connected On\n" +
			"Ana,Žigić,https://www.linkedin.example/in/ana,ana@x.example,Radio Dunav,urednica,05 Mar 2024\n", []person{{email: ana.email, first: ana.first, last: ana.last, organisation: ana.organisation, position: ana.position}}},
		{"Mailchimp, subscribed", "Email Address,First Name,Last Name,Address,Phone Number,Birthday,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LATITUDE,LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION,LAST_CHANGED,LEID,EUID,NOTES,TAGS\n" +
			"ana@x.example,Ana,Žigić,,+381 64 123,,2,,,2024-01-01 10:00:00,192.0.2.1,,,,,,,,2024-01-01 10:00:00,1,abc,,\"\"\"Mediji\"\",\"\"Jug\"\"\"\n", []person{{email: ana.email, first: "Ana", last: "Žigić", phone: ana.phone, tags: full.tags}}},
		{"Mailchimp, unsubscribed", "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_CAMPAIGN_ID,UNSUB_REASON,UNSUB_REASON_OTHER,LEID,EUID,NOTES,TAGS\n" +
			"iva@x.example,Iva,Đokić,2,2024-01-01 10:00:00,192.0.2.1,2024-01-01 10:00:00,192.0.2.1,2026-02-03 09:00:00,Bilten 12,ab1,NORMAL,,1,abc,,\n", []person{out("iva@x.example", campaign.SaidLeft)}},
		{"Mailchimp, cleaned", "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,CLEAN_CAMPAIGN_ID,LEID,EUID,NOTES,TAGS\n" +
			"iva@x.example,Iva,Đokić,2,,,2026-02-03 09:00:00,Bilten 12,ab1,1,abc,,\n", []person{out("iva@x.example", campaign.SaidBounced)}},
		{"listmonk", "uuid,email,name,attributes,status,created_at,updated_at\n7f0,ana@x.example,Ana Žigić,\"{\"\"city\"\": \"\"Niš\"\"}\",enabled,2024-01-01,2024-01-01\n7f1,iva@x.example,Iva Đokić,{},blocklisted,2024-01-01,2024-01-01\n7f2,iva2@x.example,Iva Đokić,{},disabled,2024-01-01,2024-01-01\n",
			[]person{in, out("iva@x.example", campaign.SaidLeft), out("iva2@x.example", campaign.SaidLeft)}},
		{"Mautic", "ID,Title,First Name,Last Name,Primary company,Position,Email,Mobile,Phone,Points,Fax,Address Line 1,Address Line 2,City,State,Zip Code,Country,Preferred Locale,Timezone,Date Last Active,Attribution Date,Attribution,Website,Tags,Do Not Contact\n" +
			"1,Ms,Ana,Žigić,Radio Dunav,urednica,ana@x.example,+381 64 123,,0,,Ulica 1,,Niš,,18000,Serbia,fr_FR,,2024-01-01,,0,,Mediji|Jug,0\n2,,Iva,Đokić,,,iva@x.example,,,0,,,,,,,,,,,,0,,,1\n", []person{inFrench, out("iva@x.example", campaign.SaidLeft)}},
		{"Brevo", "CONTACT ID;EMAIL;FIRSTNAME;LASTNAME;SMS;LANDLINE_NUMBER;WHATSAPP;JOB_TITLE;EXT_ID;DOUBLE_OPT-IN;EMAIL_BLACKLISTED;ADDED_TIME;MODIFIED_TIME\n" +
			"1;ana@x.example;Ana;Žigić;+381 64 123;;;urednica;;1;false;2024-01-01;2024-01-01\n2;iva@x.example;Iva;Đokić;;;;;;1;true;2024-01-01;2024-01-01\n",
			[]person{{email: ana.email, first: "Ana", last: "Žigić", phone: ana.phone, position: "urednica"}, out("iva@x.example", campaign.SaidLeft)}},
		{"MailerLite", "Email,Status,Name,Last name,Company,Country,City,Phone,State,Z/I/P,Sent,Opens,Clicks,Subscribed,Unsubscribed,Location,Groups\n" +
			"ana@x.example,Active,Ana,Žigić,Radio Dunav,Serbia,Niš,+381 64 123,,,3,2,1,2024-01-01 10:00:00,,RS,\"Mediji,Jug\"\niva@x.example,Unsubscribed,Iva,Đokić,,,,,,,3,2,1,2024-01-01 10:00:00,2026-02-03 10:00:00,RS,\niva2@x.example,Bounced,Iva,Đokić,,,,,,,0,0,0,2024-01-01 10:00:00,,RS,\niva3@x.example,Junk,Iva,Đokić,,,,,,,0,0,0,2024-01-01 10:00:00,,RS,\niva4@x.example,Unconfirmed,Iva,Đokić,,,,,,,0,0,0,2024-01-01 10:00:00,,RS,\n",
			[]person{{email: ana.email, first: "Ana", last: "Žigić", organisation: "Radio Dunav", phone: ana.phone, place: "Niš", tags: full.tags}, out("iva@x.example", campaign.SaidLeft), out("iva2@x.example", campaign.SaidBounced), out("iva3@x.example", campaign.SaidComplained), out("iva4@x.example", campaign.SaidNotYet)}},
		{"phpList", "id\temail\tconfirmed\tblacklisted\tbouncecount\tentered\tmodified\tuniqid\thtmlemail\tsubscribepage\tforeignkey\tName\n1\tana@x.example\t1\t0\t0\t2024-01-01\t2024-01-01\tab\t1\t0\t\tAna Žigić\n2\tiva@x.example\t1\t1\t0\t2024-01-01\t2024-01-01\tab\t1\t0\t\tIva Đokić\n3\tiva2@x.example\t0\t0\t0\t2024-01-01\t2024-01-01\tab\t1\t0\t\tIva Đokić\n",
			[]person{in, out("iva@x.example", campaign.SaidLeft), out("iva2@x.example", campaign.SaidNotYet)}},
		{"phpList, named", "Email,Is the subscriber confirmed,Is the subscriber blacklisted,Number of bounces,Entered,Last Modified,Name\nana@x.example,1,0,0,2024-01-01,2024-01-01,Ana Žigić\niva@x.example,1,1,0,2024-01-01,2024-01-01,Iva Đokić\niva2@x.example,0,0,0,2024-01-01,2024-01-01,Iva Đokić\n",
			[]person{in, out("iva@x.example", campaign.SaidLeft), out("iva2@x.example", campaign.SaidNotYet)}},
		{"Keila", "Email,First name,Last name,Data,Status,External ID\nana@x.example,Ana,Žigić,\"{}\",active,\niva@x.example,Iva,Đokić,{},unsubscribed,\niva2@x.example,Iva,Đokić,{},unreachable,\n", []person{in, out("iva@x.example", campaign.SaidLeft), out("iva2@x.example", campaign.SaidBounced)}},
		{"Ghost", "id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,labels,tiers\n1,ana@x.example,Ana Žigić,,true,false,,2024-01-01T10:00:00.000Z,,\"Mediji,Jug\",\n2,iva@x.example,Iva Đokić,,false,false,,2024-01-01T10:00:00.000Z,,,\n3,iva2@x.example,Iva Đokić,,true,false,,2024-01-01T10:00:00.000Z,2026-02-03T10:00:00.000Z,,\n",
			[]person{tagged, out("iva@x.example", campaign.SaidLeft), out("iva2@x.example", campaign.SaidLeft)}},
		{"Substack", "email,name,active_subscription,expiry,plan,email_disabled,created_at,first_payment_at\nana@x.example,Ana Žigić,false,,other,false,2024-01-01T10:00:00Z,\niva@x.example,Iva Đokić,true,,other,true,2024-01-01T10:00:00Z,\n", []person{in, out("iva@x.example", campaign.SaidLeft)}},
		{"Substack, subscribers", "Email,Name,Stripe plan,Cancel date,Start date,Emails received (6mo),Emails opened (6mo),Country,Type,Activity\nana@x.example,Ana Žigić,free,2025-01-01,2024-01-01,0,0,RS,Free,3\n", []person{in}},
		{"HubSpot", "Record ID,First Name,Last Name,Email,Phone Number,Contact owner,Company Name,Job Title,City,Lead Status,Marketing contact status,Create Date,Unsubscribed from all email,Opted out of email: One to One,Email hard bounce reason,Legal basis for processing contact's data\n" +
			"1,Ana,Žigić,ana@x.example,+381 64 123,Eva,Radio Dunav,urednica,Niš,New,Marketing contact,2024-01-01,,,,\n2,Iva,Đokić,iva@x.example,,,,,,,Marketing contact,2024-01-01,true,,,\n3,Iva,Đokić,iva2@x.example,,,,,,,Non-marketing contact,2024-01-01,,,,\n4,Iva,Đokić,iva3@x.example,,,,,,,Marketing contact,2024-01-01,,,UNKNOWN_USER,\n",
			[]person{ana, out("iva@x.example", campaign.SaidLeft), out("iva2@x.example", campaign.SaidLeft), out("iva3@x.example", campaign.SaidBounced)}},
		{"Salesforce", "Salutation,FirstName,LastName,Title,Account Name,MailingCity,Phone,Email,HasOptedOutOfEmail,HasOptedOutOfFax,DoNotCall,EmailBouncedReason,EmailBouncedDate\nMs.,Ana,Žigić,urednica,Radio Dunav,Niš,+381 64 123,ana@x.example,0,1,1,,\n,Iva,Đokić,,,,,iva@x.example,1,0,0,,\n,Iva,Đokić,,,,,iva2@x.example,0,0,0,550,2024-01-01\n",
			[]person{ana, out("iva@x.example", campaign.SaidLeft), out("iva2@x.example", campaign.SaidBounced)}},
		{"CiviCRM", "Contact ID,First Name,Last Name,Email,On Hold,Do Not Phone,Do Not Email,No Bulk Emails (User Opt Out),City,Phone,Job Title,Current Employer\n1,Ana,Žigić,ana@x.example,No,Yes,No,No,Niš,+381 64 123,urednica,Radio Dunav\n2,Iva,Đokić,iva@x.example,No,No,No,Yes,,,,\n3,Iva,Đokić,iva2@x.example,On Hold Bounce,No,No,No,,,,\n4,Iva,Đokić,iva3@x.example,No,No,Yes,No,,,,\n",
			[]person{ana, out("iva@x.example", campaign.SaidLeft), out("iva2@x.example", campaign.SaidBounced), out("iva3@x.example", campaign.SaidLeft)}},
		{"Campaign Monitor", "Email Address,Name,State,Date,Reads Email With,Country\nana@x.example,Ana Žigić,Active,2024-01-01,,RS\niva@x.example,Iva Đokić,Unsubscribed,2024-01-01,,RS\niva2@x.example,Iva Đokić,Bounced,2024-01-01,,RS\n", []person{in, out("iva@x.example", campaign.SaidLeft), out("iva2@x.example", campaign.SaidBounced)}},
		{"Klaviyo", "Email,First Name,Last Name,Phone Number,Email Marketing Consent,Email Marketing Consent Timestamp,Email Suppressions,SMS Marketing Consent\nana@x.example,Ana,Žigić,+381 64 123,SUBSCRIBED,2024-01-01,[],UNSUBSCRIBED\niva@x.example,Iva,Đokić,,SUBSCRIBED,2024-01-01,\"[{\"\"reason\"\": \"\"USER_SUPPRESSED\"\"}]\",SUBSCRIBED\niva2@x.example,Iva,Đokić,,UNSUBSCRIBED,2024-01-01,[],\n", []person{withPhone, out("iva@x.example", campaign.SaidLeft), out("iva2@x.example", campaign.SaidLeft)}},
		{"Constant Contact", "Email address,First name,Last name,Email status,Email permission status,Email update source,Confirmed Opt-Out Date,Confirmed Opt-Out Source,Job title,Company,City\nana@x.example,Ana,Žigić,Active,express,Contact,,,urednica,Radio Dunav,Niš\niva@x.example,Iva,Đokić,Unsubscribed,unsubscribed,Contact,2024-01-01,Contact,,,\n",
			[]person{{email: ana.email, first: "Ana", last: "Žigić", organisation: ana.organisation, position: ana.position, place: "Niš"}, out("iva@x.example", campaign.SaidLeft)}},
	} {
		f := read(t, tt.text)
		var got []person
		for _, r := range f.Rows {
			if r.Problem.String() != "" {
				t.Errorf("%s: %s", tt.tool, r.Problem.String())
			}
			c := r.Contact
			got = append(got, person{c.Email, c.FirstName, c.LastName, r.Organisation, c.Position, c.Phone, c.Place, c.Tags, c.Language, r.Standing.Standing})
		}
		same := slices.EqualFunc(got, tt.want, func(a, b person) bool {
			tags := slices.Equal(a.tags, b.tags)
			a.tags, b.tags = nil, nil
			return tags && a.email == b.email && a.first == b.first && a.last == b.last && a.organisation == b.organisation && a.position == b.position && a.phone == b.phone && a.place == b.place && a.language == b.language && a.standing == b.standing
		})
		if !same {
			t.Errorf("%s:\n%+v, want\n%+v", tt.tool, got, tt.want)
		}
	}
}

var outlookHeading = strings.Join([]string{
	"Title", "First Name", "Middle Name", "Last Name", "Suffix", "Company", "Department", "Job Title", "Business Street", "Business Street 2", "Business Street 3", "Business City", "Business State", "Business Postal Code",
	"Business Country/Region", "Home Street", "Home City", "Home State", "Home Postal Code", "Home Country/Region", "Assistant's Phone", "Business Fax", "Callback", "Home Phone", "Mobile Phone", "Other Fax", "Anniversary",
	"Assistant's Name", "Categories", "E-mail Address", "E-mail Type", "E-mail Display Name", "E-mail 2 Address", "E-mail 2 Type", "E-mail 2 Display Name", "Gender", "Keywords", "Language", "Notes", "Priority", "Private",
	"Profession", "User 1", "Web Page",
}, ",") + "\n"
