package io.sunaba.shell.plugin;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// An import of a package, read off the filter that the framework makes of it.
///
/// @param range the versions that it accepts
record PackageFilter(String name, String range) {
    private static final Pattern NAME = Pattern.compile("\\(osgi\\.wiring\\.package=([^)]*)\\)");
    private static final Pattern FROM = Pattern.compile("\\(version>=([^)]*)\\)");
    private static final Pattern BELOW = Pattern.compile("\\(!\\(version>=([^)]*)\\)\\)");

    static PackageFilter of(String filter) {
        Matcher name = NAME.matcher(filter);
        Matcher from = FROM.matcher(filter);
        Matcher below = BELOW.matcher(filter);
        String low = from.find() ? from.group(1) : "0";
        return new PackageFilter(
                name.find() ? name.group(1) : filter,
                below.find() ? "[%s,%s)".formatted(low, below.group(1)) : low + " or later");
    }
}
