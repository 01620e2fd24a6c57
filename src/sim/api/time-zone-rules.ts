/**
 * The rules that time zones have followed since 2026, from the IANA database (2025c). Morocco's hour back in Ramadan,
 * which no rule of this form can say, is left out.
 *
 * Each row: minutes east of Greenwich; the summer time, if there is one; the zones that keep it, by IANA name. A summer
 * time begins and ends as in POSIX: `M3.5.0/2` is month 3, week 5 (the last), weekday 0 (Sunday), 2 o'clock on the clocks
 * of before; 2 o'clock where nothing is said.
 */
export type ZoneRow = readonly [offset: number, summer: SummerTime | undefined, zones: string];

export interface SummerTime {
  /** Minutes east of Greenwich while it lasts. */
  readonly offset: number;
  readonly from: string;
  readonly to: string;
}

export const ZONE_ROWS: readonly ZoneRow[] = [
  [-720, undefined, 'Etc/GMT+12'],
  [-660, undefined, 'Etc/GMT+11 Pacific/Midway Pacific/Niue Pacific/Pago_Pago Pacific/Samoa US/Samoa'],
  [-600, undefined, 'Etc/GMT+10 HST Pacific/Honolulu Pacific/Johnston Pacific/Rarotonga Pacific/Tahiti US/Hawaii'],
  [-600, { offset: -540, from: 'M3.2.0', to: 'M11.1.0' }, 'America/Adak America/Atka US/Aleutian'],
  [-570, undefined, 'Pacific/Marquesas'],
  [-540, undefined, 'Etc/GMT+9 Pacific/Gambier'],
  [
    -540,
    { offset: -480, from: 'M3.2.0', to: 'M11.1.0' },
    'America/Anchorage America/Juneau America/Metlakatla America/Nome America/Sitka America/Yakutat US/Alaska',
  ],
  [-480, undefined, 'Etc/GMT+8 Pacific/Pitcairn'],
  [
    -480,
    { offset: -420, from: 'M3.2.0', to: 'M11.1.0' },
    'America/Ensenada America/Los_Angeles America/Santa_Isabel America/Tijuana America/Vancouver Canada/Pacific Mexico/BajaNorte PST8PDT US/Pacific',
  ],
  [
    -420,
    undefined,
    'America/Creston America/Dawson America/Dawson_Creek America/Fort_Nelson America/Hermosillo America/Mazatlan America/Phoenix America/Whitehorse Canada/Yukon Etc/GMT+7 MST Mexico/BajaSur US/Arizona',
  ],
  [
    -420,
    { offset: -360, from: 'M3.2.0', to: 'M11.1.0' },
    'America/Boise America/Cambridge_Bay America/Ciudad_Juarez America/Denver America/Edmonton America/Inuvik America/Shiprock America/Yellowknife Canada/Mountain MST7MDT Navajo US/Mountain',
  ],
  [
    -360,
    undefined,
    'America/Bahia_Banderas America/Belize America/Chihuahua America/Costa_Rica America/El_Salvador America/Guatemala America/Managua America/Merida America/Mexico_City America/Monterrey America/Regina America/Swift_Current America/Tegucigalpa Canada/Saskatchewan Etc/GMT+6 Mexico/General Pacific/Galapagos',
  ],
  [
    -360,
    { offset: -300, from: 'M3.2.0', to: 'M11.1.0' },
    'America/Chicago America/Indiana/Knox America/Indiana/Tell_City America/Knox_IN America/Matamoros America/Menominee America/North_Dakota/Beulah America/North_Dakota/Center America/North_Dakota/New_Salem America/Ojinaga America/Rainy_River America/Rankin_Inlet America/Resolute America/Winnipeg CST6CDT Canada/Central US/Central US/Indiana-Starke',
  ],
  [-360, { offset: -300, from: 'M9.1.6/22', to: 'M4.1.6/22' }, 'Chile/EasterIsland Pacific/Easter'],
  [
    -300,
    undefined,
    'America/Atikokan America/Bogota America/Cancun America/Cayman America/Coral_Harbour America/Eirunepe America/Guayaquil America/Jamaica America/Lima America/Panama America/Porto_Acre America/Rio_Branco Brazil/Acre EST Etc/GMT+5 Jamaica',
  ],
  [
    -300,
    { offset: -240, from: 'M3.2.0', to: 'M11.1.0' },
    'America/Detroit America/Fort_Wayne America/Grand_Turk America/Indiana/Indianapolis America/Indiana/Marengo America/Indiana/Petersburg America/Indiana/Vevay America/Indiana/Vincennes America/Indiana/Winamac America/Indianapolis America/Iqaluit America/Kentucky/Louisville America/Kentucky/Monticello America/Louisville America/Montreal America/Nassau America/New_York America/Nipigon America/Pangnirtung America/Port-au-Prince America/Thunder_Bay America/Toronto Canada/Eastern EST5EDT US/East-Indiana US/Eastern US/Michigan',
  ],
  [-300, { offset: -240, from: 'M3.2.0/0', to: 'M11.1.0/1' }, 'America/Havana Cuba'],
  [
    -240,
    undefined,
    'America/Anguilla America/Antigua America/Aruba America/Barbados America/Blanc-Sablon America/Boa_Vista America/Campo_Grande America/Caracas America/Cuiaba America/Curacao America/Dominica America/Grenada America/Guadeloupe America/Guyana America/Kralendijk America/La_Paz America/Lower_Princes America/Manaus America/Marigot America/Martinique America/Montserrat America/Port_of_Spain America/Porto_Velho America/Puerto_Rico America/Santo_Domingo America/St_Barthelemy America/St_Kitts America/St_Lucia America/St_Thomas America/St_Vincent America/Tortola America/Virgin Brazil/West Etc/GMT+4',
  ],
  [
    -240,
    { offset: -180, from: 'M3.2.0', to: 'M11.1.0' },
    'America/Glace_Bay America/Goose_Bay America/Halifax America/Moncton America/Thule Atlantic/Bermuda Canada/Atlantic',
  ],
  [-240, { offset: -180, from: 'M9.1.6/24', to: 'M4.1.6/24' }, 'America/Santiago Chile/Continental'],
  [-210, { offset: -150, from: 'M3.2.0', to: 'M11.1.0' }, 'America/St_Johns Canada/Newfoundland'],
  [
    -180,
    undefined,
    'America/Araguaina America/Argentina/Buenos_Aires America/Argentina/Catamarca America/Argentina/ComodRivadavia America/Argentina/Cordoba America/Argentina/Jujuy America/Argentina/La_Rioja America/Argentina/Mendoza America/Argentina/Rio_Gallegos America/Argentina/Salta America/Argentina/San_Juan America/Argentina/San_Luis America/Argentina/Tucuman America/Argentina/Ushuaia America/Asuncion America/Bahia America/Belem America/Buenos_Aires America/Catamarca America/Cayenne America/Cordoba America/Coyhaique America/Fortaleza America/Jujuy America/Maceio America/Mendoza America/Montevideo America/Paramaribo America/Punta_Arenas America/Recife America/Rosario America/Santarem America/Sao_Paulo Antarctica/Palmer Antarctica/Rothera Atlantic/Stanley Brazil/East Etc/GMT+3',
  ],
  [-180, { offset: -120, from: 'M3.2.0', to: 'M11.1.0' }, 'America/Miquelon'],
  [-120, undefined, 'America/Noronha Atlantic/South_Georgia Brazil/DeNoronha Etc/GMT+2'],
  [-120, { offset: -60, from: 'M3.5.0/-1', to: 'M10.5.0/0' }, 'America/Godthab America/Nuuk America/Scoresbysund'],
  [-60, undefined, 'Atlantic/Cape_Verde Etc/GMT+1'],
  [-60, { offset: 0, from: 'M3.5.0/0', to: 'M10.5.0/1' }, 'Atlantic/Azores'],
  [
    0,
    undefined,
    'Africa/Abidjan Africa/Accra Africa/Bamako Africa/Banjul Africa/Bissau Africa/Conakry Africa/Dakar Africa/Freetown Africa/Lome Africa/Monrovia Africa/Nouakchott Africa/Ouagadougou Africa/Sao_Tome Africa/Timbuktu America/Danmarkshavn Atlantic/Reykjavik Atlantic/St_Helena Etc/GMT Etc/GMT+0 Etc/GMT-0 Etc/GMT0 Etc/Greenwich Etc/UCT Etc/UTC Etc/Universal Etc/Zulu GMT GMT+0 GMT-0 GMT0 Greenwich Iceland UCT UTC Universal Zulu',
  ],
  [
    0,
    { offset: 60, from: 'M3.5.0/1', to: 'M10.5.0' },
    'Atlantic/Canary Atlantic/Faeroe Atlantic/Faroe Atlantic/Madeira Europe/Belfast Europe/Guernsey Europe/Isle_of_Man Europe/Jersey Europe/Lisbon Europe/London GB GB-Eire Portugal WET',
  ],
  [0, { offset: 120, from: 'M3.5.0/1', to: 'M10.5.0/3' }, 'Antarctica/Troll'],
  [
    60,
    undefined,
    'Africa/Algiers Africa/Bangui Africa/Brazzaville Africa/Casablanca Africa/Douala Africa/El_Aaiun Africa/Kinshasa Africa/Lagos Africa/Libreville Africa/Luanda Africa/Malabo Africa/Ndjamena Africa/Niamey Africa/Porto-Novo Africa/Tunis Etc/GMT-1',
  ],
  [60, { offset: 0, from: 'M10.5.0', to: 'M3.5.0/1' }, 'Eire Europe/Dublin'],
  [
    60,
    { offset: 120, from: 'M3.5.0', to: 'M10.5.0/3' },
    'Africa/Ceuta Arctic/Longyearbyen Atlantic/Jan_Mayen CET Europe/Amsterdam Europe/Andorra Europe/Belgrade Europe/Berlin Europe/Bratislava Europe/Brussels Europe/Budapest Europe/Busingen Europe/Copenhagen Europe/Gibraltar Europe/Ljubljana Europe/Luxembourg Europe/Madrid Europe/Malta Europe/Monaco Europe/Oslo Europe/Paris Europe/Podgorica Europe/Prague Europe/Rome Europe/San_Marino Europe/Sarajevo Europe/Skopje Europe/Stockholm Europe/Tirane Europe/Vaduz Europe/Vatican Europe/Vienna Europe/Warsaw Europe/Zagreb Europe/Zurich MET Poland',
  ],
  [
    120,
    undefined,
    'Africa/Blantyre Africa/Bujumbura Africa/Gaborone Africa/Harare Africa/Johannesburg Africa/Juba Africa/Khartoum Africa/Kigali Africa/Lubumbashi Africa/Lusaka Africa/Maputo Africa/Maseru Africa/Mbabane Africa/Tripoli Africa/Windhoek Etc/GMT-2 Europe/Kaliningrad Libya',
  ],
  [120, { offset: 180, from: 'M3.4.4/26', to: 'M10.5.0' }, 'Asia/Jerusalem Asia/Tel_Aviv Israel'],
  [120, { offset: 180, from: 'M3.4.4/50', to: 'M10.4.4/50' }, 'Asia/Gaza Asia/Hebron'],
  [120, { offset: 180, from: 'M3.5.0', to: 'M10.5.0/3' }, 'Europe/Chisinau Europe/Tiraspol'],
  [120, { offset: 180, from: 'M3.5.0/0', to: 'M10.5.0/0' }, 'Asia/Beirut'],
  [
    120,
    { offset: 180, from: 'M3.5.0/3', to: 'M10.5.0/4' },
    'Asia/Famagusta Asia/Nicosia EET Europe/Athens Europe/Bucharest Europe/Helsinki Europe/Kiev Europe/Kyiv Europe/Mariehamn Europe/Nicosia Europe/Riga Europe/Sofia Europe/Tallinn Europe/Uzhgorod Europe/Vilnius Europe/Zaporozhye',
  ],
  [120, { offset: 180, from: 'M4.5.5/0', to: 'M10.5.4/24' }, 'Africa/Cairo Egypt'],
  [
    180,
    undefined,
    'Africa/Addis_Ababa Africa/Asmara Africa/Asmera Africa/Dar_es_Salaam Africa/Djibouti Africa/Kampala Africa/Mogadishu Africa/Nairobi Antarctica/Syowa Asia/Aden Asia/Amman Asia/Baghdad Asia/Bahrain Asia/Damascus Asia/Istanbul Asia/Kuwait Asia/Qatar Asia/Riyadh Etc/GMT-3 Europe/Istanbul Europe/Kirov Europe/Minsk Europe/Moscow Europe/Simferopol Europe/Volgograd Indian/Antananarivo Indian/Comoro Indian/Mayotte Turkey W-SU',
  ],
  [210, undefined, 'Asia/Tehran Iran'],
  [
    240,
    undefined,
    'Asia/Baku Asia/Dubai Asia/Muscat Asia/Tbilisi Asia/Yerevan Etc/GMT-4 Europe/Astrakhan Europe/Samara Europe/Saratov Europe/Ulyanovsk Indian/Mahe Indian/Mauritius Indian/Reunion',
  ],
  [270, undefined, 'Asia/Kabul'],
  [
    300,
    undefined,
    'Antarctica/Mawson Antarctica/Vostok Asia/Almaty Asia/Aqtau Asia/Aqtobe Asia/Ashgabat Asia/Ashkhabad Asia/Atyrau Asia/Dushanbe Asia/Karachi Asia/Oral Asia/Qostanay Asia/Qyzylorda Asia/Samarkand Asia/Tashkent Asia/Yekaterinburg Etc/GMT-5 Indian/Kerguelen Indian/Maldives',
  ],
  [330, undefined, 'Asia/Calcutta Asia/Colombo Asia/Kolkata'],
  [345, undefined, 'Asia/Kathmandu Asia/Katmandu'],
  [
    360,
    undefined,
    'Asia/Bishkek Asia/Dacca Asia/Dhaka Asia/Kashgar Asia/Omsk Asia/Thimbu Asia/Thimphu Asia/Urumqi Etc/GMT-6 Indian/Chagos',
  ],
  [390, undefined, 'Asia/Rangoon Asia/Yangon Indian/Cocos'],
  [
    420,
    undefined,
    'Antarctica/Davis Asia/Bangkok Asia/Barnaul Asia/Ho_Chi_Minh Asia/Hovd Asia/Jakarta Asia/Krasnoyarsk Asia/Novokuznetsk Asia/Novosibirsk Asia/Phnom_Penh Asia/Pontianak Asia/Saigon Asia/Tomsk Asia/Vientiane Etc/GMT-7 Indian/Christmas',
  ],
  [
    480,
    undefined,
    'Antarctica/Casey Asia/Brunei Asia/Choibalsan Asia/Chongqing Asia/Chungking Asia/Harbin Asia/Hong_Kong Asia/Irkutsk Asia/Kuala_Lumpur Asia/Kuching Asia/Macao Asia/Macau Asia/Makassar Asia/Manila Asia/Shanghai Asia/Singapore Asia/Taipei Asia/Ujung_Pandang Asia/Ulaanbaatar Asia/Ulan_Bator Australia/Perth Australia/West Etc/GMT-8 Hongkong PRC ROC Singapore',
  ],
  [525, undefined, 'Australia/Eucla'],
  [
    540,
    undefined,
    'Asia/Chita Asia/Dili Asia/Jayapura Asia/Khandyga Asia/Pyongyang Asia/Seoul Asia/Tokyo Asia/Yakutsk Etc/GMT-9 Japan Pacific/Palau ROK',
  ],
  [570, undefined, 'Australia/Darwin Australia/North'],
  [
    570,
    { offset: 630, from: 'M10.1.0', to: 'M4.1.0/3' },
    'Australia/Adelaide Australia/Broken_Hill Australia/South Australia/Yancowinna',
  ],
  [
    600,
    undefined,
    'Antarctica/DumontDUrville Asia/Ust-Nera Asia/Vladivostok Australia/Brisbane Australia/Lindeman Australia/Queensland Etc/GMT-10 Pacific/Chuuk Pacific/Guam Pacific/Port_Moresby Pacific/Saipan Pacific/Truk Pacific/Yap',
  ],
  [
    600,
    { offset: 660, from: 'M10.1.0', to: 'M4.1.0/3' },
    'Antarctica/Macquarie Australia/ACT Australia/Canberra Australia/Currie Australia/Hobart Australia/Melbourne Australia/NSW Australia/Sydney Australia/Tasmania Australia/Victoria',
  ],
  [630, { offset: 660, from: 'M10.1.0', to: 'M4.1.0' }, 'Australia/LHI Australia/Lord_Howe'],
  [
    660,
    undefined,
    'Asia/Magadan Asia/Sakhalin Asia/Srednekolymsk Etc/GMT-11 Pacific/Bougainville Pacific/Efate Pacific/Guadalcanal Pacific/Kosrae Pacific/Noumea Pacific/Pohnpei Pacific/Ponape',
  ],
  [660, { offset: 720, from: 'M10.1.0', to: 'M4.1.0/3' }, 'Pacific/Norfolk'],
  [
    720,
    undefined,
    'Asia/Anadyr Asia/Kamchatka Etc/GMT-12 Kwajalein Pacific/Fiji Pacific/Funafuti Pacific/Kwajalein Pacific/Majuro Pacific/Nauru Pacific/Tarawa Pacific/Wake Pacific/Wallis',
  ],
  [
    720,
    { offset: 780, from: 'M9.5.0', to: 'M4.1.0/3' },
    'Antarctica/McMurdo Antarctica/South_Pole NZ Pacific/Auckland',
  ],
  [765, { offset: 825, from: 'M9.5.0/2:45', to: 'M4.1.0/3:45' }, 'NZ-CHAT Pacific/Chatham'],
  [780, undefined, 'Etc/GMT-13 Pacific/Apia Pacific/Enderbury Pacific/Fakaofo Pacific/Kanton Pacific/Tongatapu'],
  [840, undefined, 'Etc/GMT-14 Pacific/Kiritimati'],
];
