package io.sunaba.core.network;

import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/// Names by which the platform knows devices again that it made.
final class Marks {
    private static final Pattern MARK = Pattern.compile("snb[0-9a-f]{12}");
    private static final String PREFIX = "snb";
    private static final int DIGITS = 12;

    private Marks() {}

    /// Returns a name that no device has, as long as one may be.
    static String random() {
        return PREFIX + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong(), DIGITS);
    }

    static boolean isMark(String name) {
        return MARK.matcher(name).matches();
    }
}
