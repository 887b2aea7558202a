# ruff: noqa: E501, RUF001 (a table of texts; letters that look alike are its point)
"""Texts that a stranger might send: markup, printer commands, controls, direction controls, every script, length.

`PAYLOADS` is for every sink that prints, shows, stores or exports text; each is a plain str, some not even valid
Unicode text (lone surrogates). `SCRIPTS` has one honest sentence per script.
"""

from __future__ import annotations

SCRIPTS = {
    "latin": "Åse Müller-Łukaszewicz, Straße 7",
    "latin extended": "Đặng Thị Ngọc Ánh, 12 phố Huế",
    "greek": "Ελένη Παπαδοπούλου, Οδός Ερμού 5",
    "cyrillic": "Анна Қасымова, вул. Хрещатик 22",
    "armenian": "Արամ Խաչատրյան, Աբովյան 3",
    "georgian": "ნინო ბერიძე, რუსთაველის 8",
    "hebrew": "יעל כהן, רחוב הרצל 12 (קומה 3)",
    "arabic": "محمد عبد الله، شارع ٢٣ رقم 15",
    "persian": "زهرا موسوی، خیابان ولی‌عصر ۴۵",
    "urdu": "احمد خان، گلی نمبر 7",
    "syriac": "ܫܠܡܐ ܠܟܘܢ",
    "thaana": "މާލެ ދިވެހިރާއްޖެ",
    "devanagari": "क्षितिज शर्मा, गांधी मार्ग १२",
    "bengali": "রবীন্দ্রনাথ ঠাকুর, কলকাতা",
    "gurmukhi": "ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ, ਅੰਮ੍ਰਿਤਸਰ",
    "gujarati": "પ્રિયા પટેલ, અમદાવાદ",
    "oriya": "ଓଡ଼ିଆ ଭୁବନେଶ୍ୱର",
    "tamil": "தமிழ்ச்செல்வன், சென்னை",
    "telugu": "శ్రీనివాస్ రావు, హైదరాబాద్",
    "kannada": "ಶ್ರೀಧರ, ಬೆಂಗಳೂರು",
    "malayalam": "ശ്രീലക്ഷ്മി, കൊച്ചി",
    "sinhala": "ශ්‍රී ලංකාව කොළඹ",
    "thai": "สมชาย ใจดี ถนนสุขุมวิท ๒๑",
    "lao": "ສົມພອນ ວຽງຈັນ",
    "khmer": "សុខា ភ្នំពេញ ស្រី",
    "myanmar": "မောင်မောင် ရန်ကုန်",
    "ethiopic": "አበበ በቀለ አዲስ አበባ",
    "cherokee": "ᏣᎳᎩ ᎦᏬᏂᎯᏍᏗ",
    "inuktitut": "ᐃᓄᒃᑎᑐᑦ ᓄᓇᕗᑦ",
    "tifinagh": "ⵜⴰⵎⴰⵣⵉⵖⵜ",
    "nko": "ߒߞߏ ߓߊߡߊߞߐ߫",
    "mongolian": "ᠮᠣᠩᠭᠣᠯ",
    "chinese": "王小明，北京市朝阳区建国路88号",
    "traditional chinese": "陳美玲 臺北市信義區松高路１１號",
    "japanese": "山田 太郎、東京都千代田区丸の内１－２－３ マンション",
    "korean": "김민준, 서울특별시 강남구 테헤란로 152",
    "tibetan": "བོད་ཡིག",
    "yi": "ꆈꌠꉙ",
    "gothic": "𐌲𐌿𐍄𐌹𐍃𐌺",
    "cuneiform": "𒀭𒈹",
}

_MARKUP = [
    "<b>bold</b>", "<para>", "</para>", "<font color='red' size=400>x</font>", "<img src='/etc/passwd'/>",
    "<img src='http://127.0.0.1:9/x.png' width='10' height='10'/>", "<img src=\"file:///etc/hostname\"/>",
    "<a href='javascript:alert(1)'>x</a>", "<onDraw name='os.system' label='x'/>", "<seq id='x'/>", "<br/>", "<br",
    "<!-- x", "-->", "<![CDATA[x]]>", "<?xml version='1.0'?>", "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e;",
    "&amp;&lt;&gt;&quot;&#65;&#x41;", "&nosuch;", "&", "<", ">", "<<", ">>", "<script>alert(1)</script>",
    "<font color=\"[[[getattr(pow, Word('__globals__'))['os'].system('touch x')]]]\">x</font>", "{{7*7}}", "${7*7}", "{0.__class__}",
    "{}", "{x}", "%s%n%d", "%(x)s", "[[x]]", "[link](http://x)", "# head", "*bold*", "`id`", "$(id)", ";id;", "| id", "&& id",
]  # fmt: skip
_PDF = [
    "(", ")", "((", "\\", "\\)", ") Tj (", "ET Q endstream endobj", "stream", "%%EOF", "<FEFF0041>", "/Type /Catalog",
    "BT /F1 12 Tf (x) Tj ET", "] TJ [", "EMC", "/JavaScript (app.alert(1))", "<< /S /URI >>", "xref", "\\000\\012",
]  # fmt: skip
_ZPL = [
    "^XZ", "^XA", "^XZ^XA", "^XA^FO1,1^FDx^FS^XZ", "~JR", "~JA", "^FS~JR", "~HS", "~WC", "~DGR:X.GRF,1,1,FF", "^JUF", "^JUS",
    "^IDR:*.*^FS", "^DFR:X.ZPL^FS", "^XFR:X.ZPL^FS", "^PQ999", "^MMC", "^CC+", "^CT+", "^CD+", "+XZ", "^FX comment", "^FH\\", "_5E",
    "_5EXZ", "_7EJR", "_", "__", "^", "~", "^^", "~~", "^FD", "^FS", "^CI0", "^LL1", "^POI", "^FB100,1,0,C,0", "\\&", ">:", ">;", ">5",
    ">", ">0", "^BCN,100^FDx^FS", "^GB800,1200,800^FS", "^SZ1", "${}$", "^KD0", "! U1 setvar \"device.reset\" \"\"",
    "! 0 200 200 210 1\r\nPRINT\r\n", "N\nq609\nA1,1,0,1,1,1,N,\"x\"\nP1\n", "\x1b@", "\x1bE", "\x1b%-12345X@PJL RESET", "\x10\x04\x01",
]  # fmt: skip
_CONTROL = [chr(code) for code in (*range(0x20), 0x7F, 0x80, 0x85, 0x90, 0x9B, 0x9F)]
_CONTROL += [
    "a\x00b",
    "line\nline",
    "line\r\nline",
    "a\tb",
    "\x1b[31mred\x1b[0m",
    "\x08\x08\x08x",
    "a\x0cb",
    "\u2028",
    "a\u2029b",
]
_DIRECTION = [
    "\u202eevil.exe", "\u202d123", "\u2066x\u2069", "\u2067abc\u2069 12", "\u2068x", "\u200e\u200f\u061c", "\u202a\u202b\u202c",
    "12 \u202e34 56", "a\u200bb", "a\u2060b", "\ufeffx", "a\u00adb", "\u200d", "\u200c", "a\u034fb", "\U000e0041\U000e007f",
    "שלום\u202ehello", "רחוב 12\u202d-34", "مرحبا (abc) 12-34", "1-2-3 שלום", "+49 40 123 שלום", "א1ב2ג3",
]  # fmt: skip
_ODD = [
    "", " ", "   ", "\u00a0", "\u3000", "…", "⟨U+0041⟩", "😀", "👨‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪", "👍🏽", "1️⃣", "☎✓→★♥", "½ ² ³ № ™ ©", "€ £ ¥ ₹ ₿ ₽",
    "ﬁ ﬂ Ǆ", "Å Å Å", "e\u0301", "\u0301", "\u0301\u0302", "Z" + "\u0300\u0316" * 40, "ก" + "\u0e49" * 50, "ا" + "\u064b" * 30,
    "\ud800", "\udfff\ud800", "\ufffd", "\uffff", "\ufdd0", "\U0010ffff", "\ue000", "\U000f0000", "﷽", "𝕳𝖊𝖑𝖑𝖔", "Ｈｅｌｌｏ", "Ηеllо",
    "\u0378", "\U0001fbff", "𠜎𠜱𠝹", "ⅷ", "０１２", "٠١٢٣", "\u202e", "=1+1", "=cmd|' /C calc'!A0", "@SUM(A1)", "-1+2", "+1", "'; DROP TABLE x; --",
    "\" OR 1=1", "NULL", "None", "../../etc/passwd", "C:\\con\\con", "nul.txt", "a/b", "a\\b", ".", "..", "~/x", "-rf", "--help",
]  # fmt: skip
_LONG = [
    "x" * 500, "W" * 500, "word " * 100, "Donaudampfschifffahrtsgesellschaftskapitän" * 12, "漢" * 500, "\u202e" * 500, "^XZ" * 166,
    "<b>" * 166, "😀" * 250, "ש" * 500, "م" * 500, "क्ष" * 170, "\n" * 500, "a\n" * 250, " " * 500, "^" * 500, "_" * 500, "é" * 500, "-" * 500,
    "." * 500, "\x00" * 500, "\ue000" * 100,
]  # fmt: skip

PAYLOADS = tuple(dict.fromkeys([*_MARKUP, *_PDF, *_ZPL, *_CONTROL, *_DIRECTION, *_ODD, *_LONG, *SCRIPTS.values()]))
