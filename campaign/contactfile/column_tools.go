package contactfile

// toolNames are the names of columns in the exports of Outlook, Google Contacts, Thunderbird, LinkedIn, Mailchimp, Mautic,
// Brevo, MailerLite and their like.
var toolNames = map[Meaning]string{
	Email:        "email1value email2value email3value email2address email3address primaryemail secondaryemail email1 email2 emailaddress1 emailaddress2 homeemail otheremail businessemail personalemail adressedemessagerie adressedemessagerie2 emailadresse",
	FirstName:    "givenname1 firstnames",
	FullName:     "displayname nomdaffichage punonazivime",
	Organisation: "organization1name organizationname companyname1 currentcompany employername primarycompany accountname currentemployer nomsociete nomdelasociete societeorganisation medijkuca",
	Position:     "organization1title organizationtitle currentposition occupation profession headline intituleduposte intitule",
	Phone: "telefonnaposlu poslovnitelefon telefonposao kucnitelefon telefonkodkuce businessphone workphone homephone mobilephone mobilenumber otherphone primaryphone companymainphone phone1value phone2value phone3value phone1 phone2 worktelephone hometelephone " +
		"telephonebureau telephoneprofessionnel telephonedomicile telephonemobile telmobile telmobil sms whatsapp landline landlinenumber cellphone gsm kontakttel",
	Place:     "mailingcity poslovnigrad gradposao kucnigrad businesscity homecity workcity othercity address1city address2city currentlocation citytown villebureau villedomicile villeprofessionnelle gradmesto",
	Language:  "preferredlocale languagecode langcode",
	Tags:      "kategorije categories labels groupmembership groups group grupe grupa segments taggings categoriescontact groupes libelles",
	Honorific: "nameprefix namesuffix prefix suffix salutation honorific honorificprefix anrede civilite civilites titula oslovljavanje courtesytitle suffixe prefixe",
}

// settleTitles says what a column named “Title” holds: an honorific where another column holds the position.
func settleTitles(columns []Column) {
	for i := range columns {
		title := &columns[i]
		if key := headerKey(title.Header); key != "title" && key != "titre" && key != "zvanje" {
			continue
		}
		for j := range columns {
			c := &columns[j]
			switch {
			case i == j:
			case c.also == Position && title.Meaning == Position:
				title.Meaning, c.Meaning, c.also = Honorific, Position, ""
			case c.Meaning == Position && title.also == Position:
				title.Meaning, title.also = Honorific, ""
			}
		}
	}
}

// frenchNames are names of columns that only French files have.
var frenchNames = words("nom prenom prenoms nomcomplet nometprenom nometprenoms prenometnom courriel adresseemail adressemail ville langue organisme fonction societe civilite entreprise redaction nomdumedia adressecourriel adresseelectronique")
