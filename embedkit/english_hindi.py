"""The same sentences in English and in Hindi, to compare what a text costs in each.

They were written for this course, as plain everyday sentences. Each pair says nearly the same:
Hindi marks gender where English does not, and the other way round. The Hindi is in Unicode's
normal form C, in which ज़ and ढ़ are two code points each.
"""

ENGLISH_HINDI: tuple[tuple[str, str], ...] = (
    ("The king rules the land.", "राजा देश पर शासन करता है।"),
    ("The queen reads a letter.", "रानी एक पत्र पढ़ती है।"),
    ("Where is my book?", "मेरी किताब कहाँ है?"),
    ("I drink tea every morning.", "मैं हर सुबह चाय पीता हूँ।"),
    ("The children are playing in the garden.", "बच्चे बगीचे में खेल रहे हैं।"),
    ("It will rain tomorrow.", "कल बारिश होगी।"),
    ("My mother lives in a small village.", "मेरी माँ एक छोटे गाँव में रहती हैं।"),
    ("This river is very deep.", "यह नदी बहुत गहरी है।"),
    ("The train arrives at eight o'clock.", "ट्रेन आठ बजे आती है।"),
    ("Please close the door.", "कृपया दरवाज़ा बंद कर दीजिए।"),
    ("He bought two kilos of rice.", "उसने दो किलो चावल ख़रीदे।"),
    ("We saw the moon last night.", "हमने कल रात चाँद देखा।"),
    ("She teaches mathematics at a school.", "वह एक स्कूल में गणित पढ़ाती है।"),
    ("How much does this cost?", "इसकी क़ीमत कितनी है?"),
    ("The old man told us a story.", "बूढ़े आदमी ने हमें एक कहानी सुनाई।"),
    ("I do not understand this word.", "मैं यह शब्द नहीं समझता।"),
    ("The dog sleeps under the table.", "कुत्ता मेज़ के नीचे सोता है।"),
    ("Our house has four rooms.", "हमारे घर में चार कमरे हैं।"),
    ("The doctor will come in the evening.", "डॉक्टर शाम को आएँगे।"),
    ("Fresh bread smells good.", "ताज़ी रोटी की महक अच्छी होती है।"),
    ("They are building a new bridge.", "वे एक नया पुल बना रहे हैं।"),
    ("Birds fly south in winter.", "पक्षी सर्दियों में दक्षिण की ओर उड़ते हैं।"),
    ("A language model sees only numbers.", "भाषा मॉडल केवल संख्याएँ देखता है।"),
    ("Every person is born free.", "हर व्यक्ति आज़ाद पैदा होता है।"),
)
