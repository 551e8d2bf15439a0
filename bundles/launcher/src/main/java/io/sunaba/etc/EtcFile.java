package io.sunaba.etc;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A file `PID.cfg`, or `PID~NAME.cfg` for one of several configurations of a kind.
///
/// @param pid what it configures
/// @param name which of several, or null if there is one
/// @param values its properties, with the values of variables in the place of `${variable}`
public record EtcFile(Path path, String pid, @Nullable String name, Map<String, String> values) {
    public static final String ENDING = ".cfg";

    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([^}]+)}");

    public EtcFile {
        requireNonNull(path, "path is null");
        requireNonNull(pid, "pid is null");
        values = Map.copyOf(values);
    }

    /// Returns what a file of that name configures.
    public static String pid(Path path) {
        return base(path).split("[~-]", 2)[0];
    }

    /// Reads a file.
    ///
    /// @param variables gives the values of variables, or null for those that there are not
    /// @throws InvalidFileException if it cannot be read
    public static EtcFile read(Path path, Function<String, @Nullable String> variables)
            throws InvalidFileException {
        Once properties = new Once();
        try (Reader reader = Files.newBufferedReader(path)) {
            properties.load(reader);
        } catch (CharacterCodingException _) {
            throw new InvalidFileException(path + " is not text in UTF-8");
        } catch (NoSuchFileException _) {
            throw new InvalidFileException(path + " does not exist");
        } catch (IOException | IllegalArgumentException e) {
            throw new InvalidFileException(path + " cannot be read: " + e.getMessage());
        }
        for (String twice : properties.twice) {
            throw new InvalidFileException(path + ": " + twice + " is set twice");
        }
        Map<String, String> values = new TreeMap<>();
        for (String key : properties.stringPropertyNames()) {
            values.put(key, expand(path, key, properties.getProperty(key), variables).strip());
        }
        String[] names = base(path).split("[~-]", 2);
        return new EtcFile(path, names[0], names.length > 1 ? names[1] : null, values);
    }

    /// Checks it against what bundles say of the configuration. If there are several, such as those
    /// of two versions of a bundle, one that accepts it is enough; if there is none, anything is
    /// right.
    ///
    /// @throws InvalidFileException if it breaks a rule
    public void check(Collection<Definition> definitions) throws InvalidFileException {
        String problem = problem(values, definitions);
        if (problem != null) {
            throw new InvalidFileException(path + ": " + problem);
        }
    }

    /// Returns what is wrong with values, or null if nothing is.
    public static @Nullable String problem(
            Map<String, String> values, Collection<Definition> definitions) {
        String first = null;
        for (Definition definition : definitions) {
            String problem = definition.problem(values);
            if (problem == null) {
                return null;
            }
            first = first == null ? problem : first;
        }
        return first;
    }

    private static String base(Path path) {
        String file = requireNonNull(path.getFileName(), "a file has a name").toString();
        return file.endsWith(ENDING) ? file.substring(0, file.length() - ENDING.length()) : file;
    }

    private static String expand(
            Path path, String key, String text, Function<String, @Nullable String> variables)
            throws InvalidFileException {
        Matcher matcher = VARIABLE.matcher(text);
        StringBuilder expanded = new StringBuilder();
        while (matcher.find()) {
            String value = variables.apply(matcher.group(1));
            if (value == null) {
                throw new InvalidFileException(
                        "%s: %s is '%s': there is no variable %s"
                                .formatted(path, key, text, matcher.group()));
            }
            matcher.appendReplacement(expanded, Matcher.quoteReplacement(value));
        }
        return matcher.appendTail(expanded).toString();
    }

    /// Remembers what is set twice, which the format allows and nobody means.
    private static final class Once extends Properties {
        private static final long serialVersionUID = 1;

        private final transient Set<String> twice = new HashSet<>();

        @Override
        public synchronized @Nullable Object put(Object key, Object value) {
            if (containsKey(key)) {
                twice.add((String) key);
            }
            return super.put(key, value);
        }
    }
}
