package io.sunaba.launcher;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads the property files of `etc/`.
final class Settings {
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([^}]+)}");

    private Settings() {}

    /// Reads a file and puts the values of variables in the place of `${name}`.
    static Map<String, String> read(Path file, Map<String, String> variables)
            throws StartException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            throw new StartException("cannot read " + file + ": " + e.getMessage(), e);
        }
        Map<String, String> settings = new HashMap<>();
        for (String name : properties.stringPropertyNames()) {
            settings.put(name, expand(file, name, properties.getProperty(name), variables));
        }
        return settings;
    }

    /// Reads `startup.properties`: files below `system/` and the start levels of their bundles.
    static Map<Path, Integer> readBundles(Path file, Path system) throws StartException {
        Map<Path, Integer> bundles = new LinkedHashMap<>();
        for (Map.Entry<String, String> entry : read(file, Map.of()).entrySet()) {
            Path jar = system.resolve(entry.getKey());
            if (!Files.isRegularFile(jar)) {
                throw new StartException(file + " names " + jar + ", which does not exist");
            }
            try {
                bundles.put(jar, Integer.valueOf(entry.getValue().strip()));
            } catch (NumberFormatException _) {
                throw new StartException(
                        "%s: %s = %s: not a start level"
                                .formatted(file, entry.getKey(), entry.getValue()));
            }
        }
        return bundles;
    }

    private static String expand(Path file, String name, String text, Map<String, String> variables)
            throws StartException {
        Matcher matcher = VARIABLE.matcher(text);
        StringBuilder expanded = new StringBuilder();
        while (matcher.find()) {
            String value = variables.get(matcher.group(1));
            if (value == null) {
                throw new StartException(
                        "%s: %s: there is no variable %s".formatted(file, name, matcher.group()));
            }
            matcher.appendReplacement(expanded, Matcher.quoteReplacement(value));
        }
        return matcher.appendTail(expanded).toString();
    }
}
