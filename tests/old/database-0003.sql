BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0003');
CREATE TABLE announcements (
	consultation VARCHAR(64) NOT NULL, 
	place VARCHAR(200) NOT NULL, ref VARCHAR(128), 
	CONSTRAINT announcements_pkey PRIMARY KEY (consultation, place), 
	CONSTRAINT announcements_consultation_fkey FOREIGN KEY(consultation) REFERENCES consultations (id) ON DELETE CASCADE
);
INSERT INTO "announcements" VALUES('mobilite','telegram:-100123','77');
CREATE TABLE audit (
	id INTEGER NOT NULL, 
	at_ms BIGINT NOT NULL, 
	who VARCHAR(64) NOT NULL, 
	act VARCHAR(32) NOT NULL, 
	subject VARCHAR(64) NOT NULL, 
	detail TEXT NOT NULL, 
	"before" VARCHAR(64) NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	CONSTRAINT audit_pkey PRIMARY KEY (id), 
	CONSTRAINT audit_hash_key UNIQUE (hash)
);
INSERT INTO "audit" VALUES(1,1772442000000,'command line','publish','mobilite','053a70c018c93e3343550593abd124fa3acacc1dd8dadb47b56e9d2083ae9b81','','cfce6e06fed991cf610c385c0ecd091ac3625901237a8d9d010d3deddeb56ca1');
CREATE TABLE ballots (
	consultation VARCHAR(64) NOT NULL, 
	token VARCHAR(32) NOT NULL, 
	question VARCHAR(64) NOT NULL, 
	answer TEXT NOT NULL, 
	wording VARCHAR(64) NOT NULL, 
	CONSTRAINT ballots_pkey PRIMARY KEY (consultation, token, question), 
	CONSTRAINT ballots_consultation_fkey FOREIGN KEY(consultation) REFERENCES consultations (id)
)
 WITHOUT ROWID

;
INSERT INTO "ballots" VALUES('mobilite','0853d74bf7873221131815f090dc53ee','age','["answer",41]','e6e40e357355d367');
INSERT INTO "ballots" VALUES('mobilite','0853d74bf7873221131815f090dc53ee','mode','["answer","velo"]','fc7022e412a98fda');
INSERT INTO "ballots" VALUES('mobilite','582fbc368385ed2f5137d8bf862d7e38','freins','["answer",["danger"]]','588a36d1000980ea');
INSERT INTO "ballots" VALUES('mobilite','582fbc368385ed2f5137d8bf862d7e38','mode','["answer","bus"]','fc7022e412a98fda');
CREATE TABLE case_cards (
	"case" INTEGER NOT NULL, 
	place VARCHAR(200) NOT NULL, 
	ref VARCHAR(128), 
	"view" VARCHAR(16) DEFAULT '' NOT NULL, 
	CONSTRAINT case_cards_pkey PRIMARY KEY ("case", place), 
	CONSTRAINT case_cards_case_fkey FOREIGN KEY("case") REFERENCES cases (id) ON DELETE CASCADE
);
CREATE TABLE case_notes (
	"case" INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	who INTEGER NOT NULL, 
	text TEXT NOT NULL, 
	at_ms BIGINT NOT NULL, 
	CONSTRAINT case_notes_pkey PRIMARY KEY ("case", number), 
	CONSTRAINT case_notes_case_fkey FOREIGN KEY("case") REFERENCES cases (id) ON DELETE CASCADE
);
CREATE TABLE cases (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	kind VARCHAR(16) NOT NULL, 
	scope VARCHAR(255) NOT NULL, 
	consultation VARCHAR(64), 
	proposal INTEGER, 
	subject VARCHAR(255) NOT NULL, 
	place VARCHAR(200) NOT NULL, 
	ref VARCHAR(128), 
	author INTEGER, 
	text TEXT NOT NULL, 
	lang VARCHAR(8) NOT NULL, 
	why TEXT NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	turn INTEGER DEFAULT '0' NOT NULL, 
	escalated BOOLEAN NOT NULL, 
	claimed_by INTEGER, 
	claimed_until_ms BIGINT, 
	decided_by INTEGER, 
	outcome VARCHAR(16), 
	reason VARCHAR(32), 
	opened_ms BIGINT NOT NULL, 
	decided_ms BIGINT, 
	appeal_of INTEGER, 
	CONSTRAINT cases_author_fkey FOREIGN KEY(author) REFERENCES participants (id) ON DELETE SET NULL, 
	CONSTRAINT cases_consultation_fkey FOREIGN KEY(consultation) REFERENCES consultations (id) ON DELETE CASCADE, 
	CONSTRAINT cases_proposal_fkey FOREIGN KEY(proposal) REFERENCES proposals (id) ON DELETE CASCADE, 
	CONSTRAINT cases_subject_key UNIQUE (subject)
);
INSERT INTO "cases" VALUES(1,'proposal','mobilite','mobilite',1,'proposal:1','telegram:5',NULL,NULL,'Des arceaux devant la gare','fr','new','decided',1,0,NULL,NULL,4591352122378839475,'approve',NULL,1772442050000,1772442100000,NULL);
CREATE TABLE chats (
	place VARCHAR(200) NOT NULL, 
	admins BOOLEAN DEFAULT 1 NOT NULL, watched BOOLEAN DEFAULT 0 NOT NULL, 
	CONSTRAINT chats_pkey PRIMARY KEY (place)
);
INSERT INTO "chats" VALUES('telegram:-100123',0,0);
CREATE TABLE consents (
	consultation VARCHAR(64) NOT NULL, 
	participant INTEGER NOT NULL, 
	purpose VARCHAR(64) NOT NULL, 
	wording VARCHAR(64) NOT NULL, 
	lang VARCHAR(8) NOT NULL, 
	given BOOLEAN NOT NULL, 
	at_ms BIGINT NOT NULL, 
	CONSTRAINT consents_pkey PRIMARY KEY (consultation, participant, purpose), 
	CONSTRAINT consents_consultation_fkey FOREIGN KEY(consultation) REFERENCES consultations (id), 
	CONSTRAINT consents_participant_fkey FOREIGN KEY(participant) REFERENCES participants (id) ON DELETE CASCADE
);
CREATE TABLE "consultations" (
	id VARCHAR(64) NOT NULL, 
	version VARCHAR(64) NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	results VARCHAR(16) NOT NULL, 
	secrecy VARCHAR(16) NOT NULL, 
	zone VARCHAR(64) NOT NULL, 
	opens_wall VARCHAR(32), 
	closes_wall VARCHAR(32), 
	opens_ms BIGINT, 
	closes_ms BIGINT, 
	every VARCHAR(8), 
	until_wall VARCHAR(32), 
	occurrence INTEGER DEFAULT '1' NOT NULL, 
	series VARCHAR(64) NOT NULL, 
	opened_ms BIGINT, 
	cut_ms BIGINT, 
	closed_ms BIGINT, 
	forgotten_ms BIGINT, 
	result TEXT, 
	since_ms BIGINT NOT NULL, 
	"key" BLOB, 
	owner INTEGER, 
	touched_ms BIGINT DEFAULT '0' NOT NULL, 
	reminded_ms BIGINT, 
	CONSTRAINT consultations_pkey PRIMARY KEY (id), 
	CONSTRAINT consultations_version_fkey FOREIGN KEY(version) REFERENCES flow_versions (version), 
	CONSTRAINT consultations_owner_fkey FOREIGN KEY(owner) REFERENCES participants (id) ON DELETE SET NULL
);
INSERT INTO "consultations" VALUES('mobilite','053a70c018c93e3343550593abd124fa3acacc1dd8dadb47b56e9d2083ae9b81','open','live','confidential','Europe/Paris',NULL,'2026-03-21T20:00:00',1772442000000,1774119600000,NULL,NULL,1,'mobilite',1772442000000,NULL,NULL,NULL,NULL,1772442000000,X'CCC0024CF061D939A5676FA8CBA2B2E807B4203C587C3BE7F1012EF5BDA1B39E',3317869211663354553,1772442000000,NULL);
CREATE TABLE conversations (
	lane VARCHAR(255) NOT NULL, 
	place VARCHAR(200) NOT NULL, 
	participant INTEGER NOT NULL, 
	session INTEGER, 
	menu TEXT, 
	reachable BOOLEAN NOT NULL, private BOOLEAN DEFAULT 1 NOT NULL, 
	CONSTRAINT conversations_pkey PRIMARY KEY (lane), 
	CONSTRAINT conversations_participant_fkey FOREIGN KEY(participant) REFERENCES participants (id) ON DELETE CASCADE
);
INSERT INTO "conversations" VALUES('telegram:5|5','telegram:5',3317869211663354553,3283233144475173256,NULL,1,1);
INSERT INTO "conversations" VALUES('telegram:7|7','telegram:7',4591352122378839475,2421973707583825245,NULL,1,1);
INSERT INTO "conversations" VALUES('web:lea|lea','web:lea',3408884785966742580,3297936059761928010,NULL,1,1);
CREATE TABLE cursors (
	adapter VARCHAR(32) NOT NULL, 
	cursor TEXT, 
	polled_ms BIGINT NOT NULL, 
	CONSTRAINT cursors_pkey PRIMARY KEY (adapter)
);
INSERT INTO "cursors" VALUES('telegram','7',1772442007000);
INSERT INTO "cursors" VALUES('web','9',1772442009000);
CREATE TABLE decisions (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	"case" INTEGER NOT NULL, 
	who INTEGER NOT NULL, 
	outcome VARCHAR(16) NOT NULL, 
	reason VARCHAR(32), 
	detail TEXT NOT NULL, 
	at_ms BIGINT NOT NULL, 
	CONSTRAINT decisions_case_fkey FOREIGN KEY("case") REFERENCES cases (id) ON DELETE CASCADE
);
INSERT INTO "decisions" VALUES(1,1,4591352122378839475,'approve',NULL,'',1772442100000);
CREATE TABLE desks (
	scope VARCHAR(255) NOT NULL, 
	place VARCHAR(200) NOT NULL, 
	since_ms BIGINT NOT NULL, 
	alarmed_ms BIGINT, 
	CONSTRAINT desks_pkey PRIMARY KEY (scope, place)
);
INSERT INTO "desks" VALUES('mobilite','telegram:-100200',1772442000000,NULL);
CREATE TABLE fixes (
	consultation VARCHAR(64) NOT NULL, 
	number INTEGER NOT NULL, 
	"before" VARCHAR(64) NOT NULL, 
	"after" VARCHAR(64) NOT NULL, 
	who VARCHAR(64) NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	at_ms BIGINT NOT NULL, 
	CONSTRAINT fixes_pkey PRIMARY KEY (consultation, number), 
	CONSTRAINT fixes_consultation_fkey FOREIGN KEY(consultation) REFERENCES consultations (id) ON DELETE CASCADE, 
	CONSTRAINT fixes_before_fkey FOREIGN KEY("before") REFERENCES flow_versions (version), 
	CONSTRAINT fixes_after_fkey FOREIGN KEY("after") REFERENCES flow_versions (version)
);
CREATE TABLE flow_versions (
	version VARCHAR(64) NOT NULL, 
	flow VARCHAR(64) NOT NULL, 
	source TEXT NOT NULL, 
	since_ms BIGINT NOT NULL, 
	CONSTRAINT flow_versions_pkey PRIMARY KEY (version)
);
INSERT INTO "flow_versions" VALUES('053a70c018c93e3343550593abd124fa3acacc1dd8dadb47b56e9d2083ae9b81','mobilite','palabre: 1
id: mobilite
lang: fr
title: {fr: Se déplacer demain, en: Getting around tomorrow}
results: live
steps:
  - say: bienvenue
    text: {fr: "Trois questions, une minute.", en: "Three questions, one minute."}
  - ask: mode
    text: {fr: Comment venez-vous au centre ?, en: How do you come to the centre?}
    one_of:
      velo: {fr: À vélo, en: By bike}
      bus: {fr: En bus, en: By bus}
      voiture: {fr: En voiture, en: By car}
  - ask: freins
    when: mode != ''velo''
    text: {fr: Qu''est-ce qui vous retient de pédaler ?, en: What keeps you from cycling?}
    any_of: {danger: {fr: Le danger, en: Danger}, distance: {fr: La distance, en: Distance}, vol: {fr: Le vol, en: Theft}}
    at_most: 2
  - ask: age
    text: {fr: Votre âge ? (facultatif), en: Your age? (optional)}
    number: {min: 12, max: 110}
    optional: true
  - end: merci
    text: {fr: Merci !, en: Thank you!}
',1772442000000);
CREATE TABLE goals (
	consultation VARCHAR(64) NOT NULL, 
	question VARCHAR(64) NOT NULL, 
	at INTEGER NOT NULL, 
	reached_ms BIGINT NOT NULL, 
	CONSTRAINT goals_pkey PRIMARY KEY (consultation, question, at), 
	CONSTRAINT goals_consultation_fkey FOREIGN KEY(consultation) REFERENCES consultations (id) ON DELETE CASCADE
);
CREATE TABLE identities (
	identity VARCHAR(255) NOT NULL, 
	participant INTEGER NOT NULL, 
	CONSTRAINT identities_pkey PRIMARY KEY (identity), 
	CONSTRAINT identities_participant_fkey FOREIGN KEY(participant) REFERENCES participants (id) ON DELETE CASCADE
);
INSERT INTO "identities" VALUES('telegram:5',3317869211663354553);
INSERT INTO "identities" VALUES('telegram:7',4591352122378839475);
INSERT INTO "identities" VALUES('web:lea',3408884785966742580);
CREATE TABLE inbox (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	adapter VARCHAR(32) NOT NULL, 
	"key" VARCHAR(255) NOT NULL, 
	lane VARCHAR(255) NOT NULL, 
	place VARCHAR(200) NOT NULL, 
	person VARCHAR(200) NOT NULL, 
	event TEXT NOT NULL, 
	private BOOLEAN NOT NULL, 
	locale VARCHAR(16), 
	at_ms BIGINT NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	attempts INTEGER DEFAULT '0' NOT NULL, 
	reason TEXT, 
	CONSTRAINT inbox_adapter_key_key UNIQUE (adapter, "key")
);
INSERT INTO "inbox" VALUES(1,'clock','open:mobilite.invite','consultation:mobilite','','','{"kind":"rang","at":"2026-03-02T09:00:00+00:00","timer":"invite","subject":"mobilite","detail":"0"}',1,NULL,1772442000000,'done',0,NULL);
INSERT INTO "inbox" VALUES(2,'telegram','1','telegram:5|5','telegram:5','5','{"kind":"said","at":"2026-03-02T09:00:01+00:00","text":"/start mobilite"}',1,'fr',1772442001000,'done',0,NULL);
INSERT INTO "inbox" VALUES(3,'telegram','2','telegram:5|5','telegram:5','5','{"kind":"said","at":"2026-03-02T09:00:02+00:00","text":"2"}',1,'fr',1772442002000,'done',0,NULL);
INSERT INTO "inbox" VALUES(4,'telegram','3','telegram:5|5','telegram:5','5','{"kind":"said","at":"2026-03-02T09:00:03+00:00","text":"1"}',1,'fr',1772442003000,'done',0,NULL);
INSERT INTO "inbox" VALUES(5,'telegram','4','telegram:5|5','telegram:5','5','{"kind":"said","at":"2026-03-02T09:00:04+00:00","text":"fini"}',1,'fr',1772442004000,'done',0,NULL);
INSERT INTO "inbox" VALUES(6,'telegram','5','telegram:7|7','telegram:7','7','{"kind":"said","at":"2026-03-02T09:00:05+00:00","text":"/start"}',1,'fr',1772442005000,'done',0,NULL);
INSERT INTO "inbox" VALUES(7,'telegram','6','telegram:7|7','telegram:7','7','{"kind":"said","at":"2026-03-02T09:00:06+00:00","text":"1"}',1,'fr',1772442006000,'done',0,NULL);
INSERT INTO "inbox" VALUES(8,'telegram','7','telegram:7|7','telegram:7','7','{"kind":"said","at":"2026-03-02T09:00:07+00:00","text":"41"}',1,'fr',1772442007000,'done',0,NULL);
INSERT INTO "inbox" VALUES(9,'web','8','web:lea|lea','web:lea','lea','{"kind":"said","at":"2026-03-02T09:00:08+00:00","text":"/start"}',1,'fr',1772442008000,'done',0,NULL);
INSERT INTO "inbox" VALUES(10,'web','9','web:lea|lea','web:lea','lea','{"kind":"said","at":"2026-03-02T09:00:09+00:00","text":"/language en"}',1,'fr',1772442009000,'done',0,NULL);
CREATE TABLE lanes (
	lane VARCHAR(255) NOT NULL, 
	since_ms BIGINT NOT NULL, 
	CONSTRAINT lanes_pkey PRIMARY KEY (lane)
);
CREATE TABLE leases (
	name VARCHAR(64) NOT NULL, 
	owner VARCHAR(64) NOT NULL, 
	until_ms BIGINT NOT NULL, 
	epoch INTEGER NOT NULL, 
	CONSTRAINT leases_pkey PRIMARY KEY (name)
);
CREATE TABLE marks (
	consultation VARCHAR(64) NOT NULL, 
	number INTEGER NOT NULL, 
	at_ms BIGINT NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	detail TEXT NOT NULL, 
	CONSTRAINT marks_pkey PRIMARY KEY (consultation, number), 
	CONSTRAINT marks_consultation_fkey FOREIGN KEY(consultation) REFERENCES consultations (id) ON DELETE CASCADE
);
INSERT INTO "marks" VALUES('mobilite',1,1772000000000,'extended','{"before":1774000000000,"after":1774100000000}');
CREATE TABLE meta (
	name VARCHAR(64) NOT NULL, 
	value TEXT NOT NULL, 
	CONSTRAINT meta_pkey PRIMARY KEY (name)
);
CREATE TABLE outbox (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	"key" VARCHAR(255) NOT NULL, 
	adapter VARCHAR(32) NOT NULL, 
	place VARCHAR(200) NOT NULL, 
	payload TEXT NOT NULL, 
	prompt VARCHAR(16), 
	replaces VARCHAR(128), 
	consultation VARCHAR(64), 
	rank INTEGER NOT NULL, 
	resend BOOLEAN NOT NULL, 
	due_ms BIGINT NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	attempts INTEGER DEFAULT '0' NOT NULL, 
	coalesce VARCHAR(128), 
	ref VARCHAR(128), 
	reason TEXT, 
	CONSTRAINT outbox_key_key UNIQUE ("key")
);
INSERT INTO "outbox" VALUES(1,'open:mobilite.a0','telegram','telegram:-100123','{"m":{"body":[["p",[["b","Se déplacer demain"]]],["p",[["t","Vous pouvez répondre jusqu''au samedi 21 mars 2026, 20:00 (heure de Paris)."]]]],"prompt":["",[["Répondre en privé","",false,"/start/mobilite",false,false]],false,1]},"l":"fr","e":false}',NULL,NULL,'mobilite',9,1,1772442000000,'waiting',0,NULL,NULL,NULL);
INSERT INTO "outbox" VALUES(2,'2.0','telegram','telegram:5','{"m":{"body":[["p",[["t","Trois questions, une minute."]]]]},"l":"fr","e":false}',NULL,NULL,'mobilite',0,1,1772442001000,'sending',0,NULL,NULL,NULL);
INSERT INTO "outbox" VALUES(3,'2.1','telegram','telegram:5','{"m":{"body":[["p",[["t","Comment venez-vous au centre ?"]]],["p",[["i","Question 1"]]]],"prompt":["8jt7LeAyA3JC",[["À vélo","1.8jt7LeAyA3JC.0",false,null,false,false],["En bus","1.8jt7LeAyA3JC.1",false,null,false,false],["En voiture","1.8jt7LeAyA3JC.2",false,null,false,false]],false,1]},"l":"fr","e":false}','8jt7LeAyA3JC',NULL,'mobilite',0,1,1772442001000,'sending',0,NULL,NULL,NULL);
INSERT INTO "outbox" VALUES(4,'3.0','telegram','telegram:5','{"m":{"body":[["p",[["t","Comment venez-vous au centre ?"],["t","\n✔ En bus"]]]]},"l":"fr","e":false}',NULL,'prompt:8jt7LeAyA3JC','mobilite',0,1,1772442002000,'sending',0,NULL,NULL,NULL);
INSERT INTO "outbox" VALUES(5,'3.1','telegram','telegram:5','{"m":{"body":[["p",[["t","Qu''est-ce qui vous retient de pédaler ?"]]],["p",[["i","Vous pouvez choisir jusqu''à 2 réponses. Puis « Terminé ». · Question 2 sur 3"]]]],"prompt":["uWQuVTGKD0s7",[["Le danger","1.uWQuVTGKD0s7.0",false,null,false,false],["La distance","1.uWQuVTGKD0s7.1",false,null,false,false],["Le vol","1.uWQuVTGKD0s7.2",false,null,false,false],["Terminé","1.uWQuVTGKD0s7.done",false,null,true,true],["Retour","1.uWQuVTGKD0s7.back",false,null,true,false]],false,1]},"l":"fr","e":false}','uWQuVTGKD0s7',NULL,'mobilite',0,1,1772442002000,'sending',0,NULL,NULL,NULL);
INSERT INTO "outbox" VALUES(6,'4.0','telegram','telegram:5','{"m":{"body":[["p",[["t","Qu''est-ce qui vous retient de pédaler ?"],["t","\n✔ Le danger"]]]]},"l":"fr","e":false}',NULL,'prompt:uWQuVTGKD0s7','mobilite',0,1,1772442003000,'sending',0,NULL,NULL,NULL);
INSERT INTO "outbox" VALUES(7,'4.1','telegram','telegram:5','{"m":{"body":[["p",[["t","Votre âge ? (facultatif)"]]],["p",[["i","Écrivez un nombre entre 12 et 110. · Question 3 sur 3"]]]],"prompt":["D7EMyxolTsOP",[["Passer","1.D7EMyxolTsOP.skip",false,null,true,false],["Retour","1.D7EMyxolTsOP.back",false,null,true,false]],true,1]},"l":"fr","e":false}','D7EMyxolTsOP',NULL,'mobilite',0,1,1772442003000,'sending',0,NULL,NULL,NULL);
INSERT INTO "outbox" VALUES(8,'5.0','telegram','telegram:5','{"m":{"body":[["p",[["t","Pardon, je n''ai pas compris. Écrivez un nombre entre 12 et 110."]]]]},"l":"fr","e":false}',NULL,NULL,'mobilite',0,1,1772442004000,'sending',0,NULL,NULL,NULL);
INSERT INTO "outbox" VALUES(9,'6.0','telegram','telegram:7','{"m":{"body":[["p",[["t","Trois questions, une minute."]]]]},"l":"fr","e":false}',NULL,NULL,'mobilite',0,1,1772442005000,'sending',0,NULL,NULL,NULL);
INSERT INTO "outbox" VALUES(10,'6.1','telegram','telegram:7','{"m":{"body":[["p",[["t","Comment venez-vous au centre ?"]]],["p",[["i","Question 1"]]]],"prompt":["U0wOTnPMLr9_",[["À vélo","1.U0wOTnPMLr9_.0",false,null,false,false],["En bus","1.U0wOTnPMLr9_.1",false,null,false,false],["En voiture","1.U0wOTnPMLr9_.2",false,null,false,false]],false,1]},"l":"fr","e":false}','U0wOTnPMLr9_',NULL,'mobilite',0,1,1772442005000,'sending',0,NULL,NULL,NULL);
INSERT INTO "outbox" VALUES(11,'7.0','telegram','telegram:7','{"m":{"body":[["p",[["t","Comment venez-vous au centre ?"],["t","\n✔ À vélo"]]]]},"l":"fr","e":false}',NULL,'prompt:U0wOTnPMLr9_','mobilite',0,1,1772442006000,'sending',0,NULL,NULL,NULL);
INSERT INTO "outbox" VALUES(12,'7.1','telegram','telegram:7','{"m":{"body":[["p",[["t","Votre âge ? (facultatif)"]]],["p",[["i","Écrivez un nombre entre 12 et 110. · Question 2 sur 2"]]]],"prompt":["qXtV01No5FbG",[["Passer","1.qXtV01No5FbG.skip",false,null,true,false],["Retour","1.qXtV01No5FbG.back",false,null,true,false]],true,1]},"l":"fr","e":false}','qXtV01No5FbG',NULL,'mobilite',0,1,1772442006000,'sending',0,NULL,NULL,NULL);
INSERT INTO "outbox" VALUES(13,'8.0','telegram','telegram:7','{"m":{"body":[["p",[["t","Votre âge ? (facultatif)"],["t","\n✔ 41"]]]]},"l":"fr","e":false}',NULL,'prompt:qXtV01No5FbG','mobilite',0,1,1772442007000,'sending',0,NULL,NULL,NULL);
INSERT INTO "outbox" VALUES(14,'8.1','telegram','telegram:7','{"m":{"body":[["p",[["t","Voici vos réponses. Tout est juste ?"]]],["l",true,[[["t","Comment venez-vous au centre ? → "],["t","À vélo"]],[["t","Votre âge ? (facultatif) → "],["t","41"]]]],["p",[["i","Si oui : « Envoyer ». Pour changer une réponse, écrivez son numéro."]]]],"prompt":["NiEQUeAaY7a8",[["Envoyer","1.NiEQUeAaY7a8.send",false,null,true,true],["Changer 1","1.NiEQUeAaY7a8.e1",false,null,true,false],["Changer 2","1.NiEQUeAaY7a8.e3",false,null,true,false]],false,3]},"l":"fr","e":false}','NiEQUeAaY7a8',NULL,'mobilite',0,1,1772442007000,'sending',0,NULL,NULL,NULL);
INSERT INTO "outbox" VALUES(15,'9.0','web','web:lea','{"m":{"body":[["p",[["t","Trois questions, une minute."]]]]},"l":"fr","e":false}',NULL,NULL,'mobilite',0,1,1772442008000,'sending',0,NULL,NULL,NULL);
INSERT INTO "outbox" VALUES(16,'9.1','web','web:lea','{"m":{"body":[["p",[["t","Comment venez-vous au centre ?"]]],["p",[["i","Question 1"]]]],"prompt":["TRfYsZdCF4ak",[["À vélo","1.TRfYsZdCF4ak.0",false,null,false,false],["En bus","1.TRfYsZdCF4ak.1",false,null,false,false],["En voiture","1.TRfYsZdCF4ak.2",false,null,false,false]],false,1]},"l":"fr","e":false}','TRfYsZdCF4ak',NULL,'mobilite',0,1,1772442008000,'sending',0,NULL,NULL,NULL);
INSERT INTO "outbox" VALUES(17,'10.0','web','web:lea','{"m":{"body":[["p",[["t","From now on I write in English."]]]]},"l":"en","e":false}',NULL,NULL,NULL,0,1,1772442009000,'sending',0,NULL,NULL,NULL);
INSERT INTO "outbox" VALUES(18,'10.1','web','web:lea','{"m":{"body":[["p",[["t","How do you come to the centre?"]]]]},"l":"en","e":true}',NULL,'prompt:TRfYsZdCF4ak','mobilite',0,1,1772442009000,'sending',0,NULL,NULL,NULL);
INSERT INTO "outbox" VALUES(19,'10.2','web','web:lea','{"m":{"body":[["p",[["t","How do you come to the centre?"]]],["p",[["i","Question 1"]]]],"prompt":["XUACEE2SSm7r",[["By bike","1.XUACEE2SSm7r.0",false,null,false,false],["By bus","1.XUACEE2SSm7r.1",false,null,false,false],["By car","1.XUACEE2SSm7r.2",false,null,false,false]],false,1]},"l":"en","e":false}','XUACEE2SSm7r',NULL,'mobilite',0,1,1772442009000,'sending',0,NULL,NULL,NULL);
CREATE TABLE outcomes (
	consultation VARCHAR(64) NOT NULL, 
	text TEXT NOT NULL, 
	who VARCHAR(200) NOT NULL, 
	due VARCHAR(10) NOT NULL, 
	at_ms BIGINT NOT NULL, 
	CONSTRAINT outcomes_pkey PRIMARY KEY (consultation), 
	CONSTRAINT outcomes_consultation_fkey FOREIGN KEY(consultation) REFERENCES consultations (id) ON DELETE CASCADE
);
INSERT INTO "outcomes" VALUES('mobilite','La piste sera construite.','Mme Roy','2026-09-01',1772000000000);
CREATE TABLE participants (
	id INTEGER NOT NULL, 
	lang VARCHAR(8), 
	since_ms BIGINT NOT NULL, code VARCHAR(16), 
	CONSTRAINT participants_pkey PRIMARY KEY (id)
);
INSERT INTO "participants" VALUES(3317869211663354553,'fr',1772442001000,'ABCD-EF');
INSERT INTO "participants" VALUES(3408884785966742580,'en',1772442008000,NULL);
INSERT INTO "participants" VALUES(4591352122378839475,'fr',1772442005000,NULL);
CREATE TABLE prompts (
	id VARCHAR(16) NOT NULL, 
	session INTEGER NOT NULL, 
	step VARCHAR(64) NOT NULL, 
	place VARCHAR(200) NOT NULL, 
	ref VARCHAR(128), 
	CONSTRAINT prompts_pkey PRIMARY KEY (id), 
	CONSTRAINT prompts_session_fkey FOREIGN KEY(session) REFERENCES sessions (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;
INSERT INTO "prompts" VALUES('8jt7LeAyA3JC',3283233144475173256,'mode','telegram:5',NULL);
INSERT INTO "prompts" VALUES('D7EMyxolTsOP',3283233144475173256,'age','telegram:5',NULL);
INSERT INTO "prompts" VALUES('NiEQUeAaY7a8',2421973707583825245,'recap','telegram:7',NULL);
INSERT INTO "prompts" VALUES('TRfYsZdCF4ak',3297936059761928010,'mode','web:lea',NULL);
INSERT INTO "prompts" VALUES('U0wOTnPMLr9_',2421973707583825245,'mode','telegram:7',NULL);
INSERT INTO "prompts" VALUES('XUACEE2SSm7r',3297936059761928010,'mode','web:lea',NULL);
INSERT INTO "prompts" VALUES('qXtV01No5FbG',2421973707583825245,'age','telegram:7',NULL);
INSERT INTO "prompts" VALUES('uWQuVTGKD0s7',3283233144475173256,'freins','telegram:5',NULL);
CREATE TABLE proposals (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	consultation VARCHAR(64) NOT NULL, 
	number INTEGER NOT NULL, 
	pool VARCHAR(64) NOT NULL, 
	code VARCHAR(64), 
	source VARCHAR(16) NOT NULL, 
	author VARCHAR(32), 
	text TEXT NOT NULL, 
	original TEXT, 
	lang VARCHAR(8) NOT NULL, 
	category VARCHAR(64), 
	addressee VARCHAR(64), 
	parent INTEGER, 
	"into" INTEGER, 
	photo VARCHAR(255), 
	lat FLOAT, 
	lon FLOAT, 
	state VARCHAR(16) NOT NULL, 
	reason VARCHAR(32), 
	lot INTEGER NOT NULL, 
	seen INTEGER DEFAULT '0' NOT NULL, 
	votes INTEGER DEFAULT '0' NOT NULL, 
	agree INTEGER DEFAULT '0' NOT NULL, 
	disagree INTEGER DEFAULT '0' NOT NULL, 
	neutral INTEGER DEFAULT '0' NOT NULL, 
	shared INTEGER DEFAULT '0' NOT NULL, 
	heat FLOAT DEFAULT '0' NOT NULL, 
	since_ms BIGINT NOT NULL, 
	published_ms BIGINT, 
	status VARCHAR(64), 
	reply TEXT, 
	answered_ms BIGINT, 
	due_ms BIGINT, 
	CONSTRAINT proposals_consultation_fkey FOREIGN KEY(consultation) REFERENCES consultations (id) ON DELETE CASCADE, 
	CONSTRAINT proposals_consultation_number_key UNIQUE (consultation, number), 
	CONSTRAINT proposals_consultation_pool_code_key UNIQUE (consultation, pool, code)
);
INSERT INTO "proposals" VALUES(1,'mobilite',1,'idees',NULL,'participant','0853d74bf7873221131815f090dc53ee','Des arceaux devant la gare',NULL,'fr',NULL,NULL,NULL,NULL,NULL,NULL,NULL,'published',NULL,17,0,1,1,0,0,0,0.0,1772442000000,1772442100000,NULL,NULL,NULL,NULL);
CREATE TABLE reports (
	"case" INTEGER NOT NULL, 
	participant INTEGER NOT NULL, 
	reason VARCHAR(32) NOT NULL, 
	trusted BOOLEAN NOT NULL, 
	at_ms BIGINT NOT NULL, 
	CONSTRAINT reports_pkey PRIMARY KEY ("case", participant), 
	CONSTRAINT reports_case_fkey FOREIGN KEY("case") REFERENCES cases (id) ON DELETE CASCADE, 
	CONSTRAINT reports_participant_fkey FOREIGN KEY(participant) REFERENCES participants (id) ON DELETE CASCADE
);
CREATE TABLE roles (
	participant INTEGER NOT NULL, 
	role VARCHAR(16) NOT NULL, 
	scope VARCHAR(255) NOT NULL, 
	since_ms BIGINT NOT NULL, 
	CONSTRAINT roles_pkey PRIMARY KEY (participant, role, scope), 
	CONSTRAINT roles_participant_fkey FOREIGN KEY(participant) REFERENCES participants (id) ON DELETE CASCADE
);
INSERT INTO "roles" VALUES(3317869211663354553,'organiser','telegram:-100123',1772000000000);
CREATE TABLE sanctions (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	participant INTEGER NOT NULL, 
	scope VARCHAR(255) NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	"case" INTEGER, 
	reason VARCHAR(32), 
	since_ms BIGINT NOT NULL, 
	until_ms BIGINT NOT NULL, 
	lifted_ms BIGINT, 
	CONSTRAINT sanctions_participant_fkey FOREIGN KEY(participant) REFERENCES participants (id) ON DELETE CASCADE
);
INSERT INTO "sanctions" VALUES(1,4591352122378839475,'telegram:-100123','mute',NULL,NULL,1772442000000,1772445600000,NULL);
CREATE TABLE seconds (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	act VARCHAR(32) NOT NULL, 
	subject VARCHAR(64) NOT NULL, 
	detail TEXT NOT NULL, 
	who INTEGER NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	at_ms BIGINT NOT NULL
);
CREATE TABLE servings (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	consultation VARCHAR(64) NOT NULL, 
	question VARCHAR(64) NOT NULL, 
	policy VARCHAR(16) NOT NULL, 
	seed BIGINT NOT NULL, 
	pool TEXT NOT NULL, 
	chosen TEXT NOT NULL, 
	CONSTRAINT servings_consultation_fkey FOREIGN KEY(consultation) REFERENCES consultations (id) ON DELETE CASCADE
);
CREATE TABLE sessions (
	id INTEGER NOT NULL, 
	participant INTEGER NOT NULL, 
	consultation VARCHAR(64) NOT NULL, 
	version VARCHAR(64) NOT NULL, 
	lane VARCHAR(255) NOT NULL, 
	place VARCHAR(200) NOT NULL, 
	state TEXT NOT NULL, 
	stage VARCHAR(16) NOT NULL, 
	seq INTEGER NOT NULL, 
	last_ms BIGINT NOT NULL, 
	CONSTRAINT sessions_pkey PRIMARY KEY (id), 
	CONSTRAINT sessions_consultation_fkey FOREIGN KEY(consultation) REFERENCES consultations (id), 
	CONSTRAINT sessions_participant_fkey FOREIGN KEY(participant) REFERENCES participants (id) ON DELETE CASCADE, 
	CONSTRAINT sessions_version_fkey FOREIGN KEY(version) REFERENCES flow_versions (version), 
	CONSTRAINT sessions_participant_consultation_key UNIQUE (participant, consultation)
);
INSERT INTO "sessions" VALUES(2421973707583825245,4591352122378839475,'mobilite','053a70c018c93e3343550593abd124fa3acacc1dd8dadb47b56e9d2083ae9b81','telegram:7|7','telegram:7','{"shape":1,"lang":"fr","stage":"recap","before_pause":"active","answers":{"mode":["answer","velo"],"age":["answer",41]},"said":["bienvenue"],"open":["NiEQUeAaY7a8","@recap",[],0],"reopened":null,"timed_out":[]}','recap',3,1772442007000);
INSERT INTO "sessions" VALUES(3283233144475173256,3317869211663354553,'mobilite','053a70c018c93e3343550593abd124fa3acacc1dd8dadb47b56e9d2083ae9b81','telegram:5|5','telegram:5','{"shape":1,"lang":"fr","stage":"active","before_pause":"active","answers":{"mode":["answer","bus"],"freins":["answer",["danger"]]},"said":["bienvenue"],"open":["D7EMyxolTsOP","age",[],1],"reopened":null,"timed_out":[]}','active',4,1772442004000);
INSERT INTO "sessions" VALUES(3297936059761928010,3408884785966742580,'mobilite','053a70c018c93e3343550593abd124fa3acacc1dd8dadb47b56e9d2083ae9b81','web:lea|lea','web:lea','{"shape":1,"lang":"en","stage":"active","before_pause":"active","answers":{},"said":["bienvenue"],"open":["XUACEE2SSm7r","mode",[],0],"reopened":null,"timed_out":[]}','active',2,1772442009000);
CREATE TABLE shown (
	place VARCHAR(200) NOT NULL, 
	number INTEGER NOT NULL, 
	"key" VARCHAR(255) NOT NULL, 
	entry TEXT NOT NULL, 
	at_ms BIGINT NOT NULL, 
	CONSTRAINT shown_pkey PRIMARY KEY (place, number), 
	CONSTRAINT shown_place_key_key UNIQUE (place, "key")
);
CREATE TABLE signatures (
	consultation VARCHAR(64) NOT NULL, 
	question VARCHAR(64) NOT NULL, 
	token VARCHAR(32) NOT NULL, 
	shown VARCHAR(16) NOT NULL, 
	name VARCHAR(120) NOT NULL, 
	reason TEXT NOT NULL, 
	contact BOOLEAN NOT NULL, 
	CONSTRAINT signatures_pkey PRIMARY KEY (consultation, question, token), 
	CONSTRAINT signatures_consultation_fkey FOREIGN KEY(consultation) REFERENCES consultations (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;
CREATE TABLE stances (
	consultation VARCHAR(64) NOT NULL, 
	token VARCHAR(32) NOT NULL, 
	proposal INTEGER NOT NULL, 
	value VARCHAR(16) NOT NULL, 
	qualifiers VARCHAR(200) NOT NULL, 
	via VARCHAR(16) NOT NULL, 
	CONSTRAINT stances_pkey PRIMARY KEY (consultation, token, proposal), 
	CONSTRAINT stances_consultation_fkey FOREIGN KEY(consultation) REFERENCES consultations (id) ON DELETE CASCADE, 
	CONSTRAINT stances_proposal_fkey FOREIGN KEY(proposal) REFERENCES proposals (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;
INSERT INTO "stances" VALUES('mobilite','582fbc368385ed2f5137d8bf862d7e38',1,'agree','','served');
CREATE TABLE subscriptions (
	participant INTEGER NOT NULL, 
	consultation VARCHAR(64) NOT NULL, 
	lane VARCHAR(255) NOT NULL, 
	place VARCHAR(200) NOT NULL, 
	wants BOOLEAN NOT NULL, 
	CONSTRAINT subscriptions_pkey PRIMARY KEY (participant, consultation), 
	CONSTRAINT subscriptions_consultation_fkey FOREIGN KEY(consultation) REFERENCES consultations (id) ON DELETE CASCADE, 
	CONSTRAINT subscriptions_participant_fkey FOREIGN KEY(participant) REFERENCES participants (id) ON DELETE CASCADE
);
CREATE TABLE "tallies" (
	consultation VARCHAR(64) NOT NULL, 
	question VARCHAR(64) NOT NULL, 
	code VARCHAR(200) NOT NULL, 
	n INTEGER NOT NULL, 
	CONSTRAINT tallies_pkey PRIMARY KEY (consultation, question, code), 
	CONSTRAINT tallies_consultation_fkey FOREIGN KEY(consultation) REFERENCES consultations (id)
)
 WITHOUT ROWID

;
INSERT INTO "tallies" VALUES('mobilite','age','n:answered',1);
INSERT INTO "tallies" VALUES('mobilite','age','v:41',1);
INSERT INTO "tallies" VALUES('mobilite','freins','c:danger',1);
INSERT INTO "tallies" VALUES('mobilite','freins','n:answered',1);
INSERT INTO "tallies" VALUES('mobilite','mode','c:bus',1);
INSERT INTO "tallies" VALUES('mobilite','mode','c:velo',1);
INSERT INTO "tallies" VALUES('mobilite','mode','n:answered',2);
CREATE TABLE timers (
	"key" VARCHAR(128) NOT NULL, 
	timer VARCHAR(32) NOT NULL, 
	subject VARCHAR(64) NOT NULL, 
	lane VARCHAR(255) NOT NULL, 
	detail VARCHAR(128) DEFAULT '' NOT NULL, 
	fence INTEGER, 
	due_ms BIGINT NOT NULL, 
	wall VARCHAR(32), 
	zone VARCHAR(64), 
	late VARCHAR(16) NOT NULL, 
	CONSTRAINT timers_pkey PRIMARY KEY ("key")
);
INSERT INTO "timers" VALUES('close:mobilite','close','mobilite','consultation:mobilite','',NULL,1774119600000,'2026-03-21T20:00:00','Europe/Paris','fire');
CREATE TABLE verdicts (
	proposal INTEGER NOT NULL, 
	token VARCHAR(32) NOT NULL, 
	value VARCHAR(16) NOT NULL, 
	CONSTRAINT verdicts_pkey PRIMARY KEY (proposal, token), 
	CONSTRAINT verdicts_proposal_fkey FOREIGN KEY(proposal) REFERENCES proposals (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;
CREATE INDEX inbox_at_ms ON inbox (at_ms);
CREATE INDEX inbox_new ON inbox (lane, id) WHERE state = 'new';
CREATE INDEX lanes_since_ms ON lanes (since_ms);
CREATE UNIQUE INDEX outbox_coalesce ON outbox (coalesce) WHERE state = 'waiting' AND coalesce IS NOT NULL;
CREATE INDEX outbox_due ON outbox (rank, due_ms) WHERE state = 'waiting';
CREATE INDEX outbox_place ON outbox (place);
CREATE INDEX timers_due_ms ON timers (due_ms);
CREATE INDEX timers_subject ON timers (subject);
CREATE INDEX conversations_participant ON conversations (participant);
CREATE INDEX identities_participant ON identities (participant);
CREATE INDEX sessions_consultation_id ON sessions (consultation, id);
CREATE INDEX prompts_session ON prompts (session);
CREATE UNIQUE INDEX participants_code ON participants (code);
CREATE INDEX consultations_state ON consultations (state);
CREATE INDEX seconds_waiting ON seconds (act, subject, state);
CREATE INDEX sanctions_participant ON sanctions (participant);
CREATE INDEX proposals_author ON proposals (consultation, author);
CREATE INDEX proposals_due ON proposals (due_ms);
CREATE INDEX proposals_heat ON proposals (consultation, pool, state, heat);
CREATE INDEX proposals_lot ON proposals (consultation, pool, state, lot);
CREATE INDEX proposals_seen ON proposals (consultation, pool, state, seen, lot);
CREATE INDEX proposals_votes ON proposals (consultation, pool, state, votes, lot);
CREATE INDEX servings_consultation ON servings (consultation, question);
CREATE INDEX cases_author ON cases (author);
CREATE INDEX cases_open ON cases (state, opened_ms);
CREATE INDEX cases_proposal ON cases (proposal);
CREATE INDEX stances_proposal ON stances (proposal);
CREATE INDEX case_cards_ref ON case_cards (place, ref);
CREATE INDEX decisions_case ON decisions ("case");
CREATE INDEX reports_participant ON reports (participant, at_ms);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('outbox',19);
INSERT INTO "sqlite_sequence" VALUES('inbox',10);
INSERT INTO "sqlite_sequence" VALUES('proposals',1);
INSERT INTO "sqlite_sequence" VALUES('cases',1);
INSERT INTO "sqlite_sequence" VALUES('decisions',1);
INSERT INTO "sqlite_sequence" VALUES('sanctions',1);
COMMIT;
