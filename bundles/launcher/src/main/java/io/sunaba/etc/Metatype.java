package io.sunaba.etc;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import javax.xml.XMLConstants;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.parsers.SAXParserFactory;
import org.jspecify.annotations.Nullable;
import org.xml.sax.Attributes;
import org.xml.sax.SAXException;
import org.xml.sax.helpers.DefaultHandler;

/// Reads Metatype documents, which stand in bundles below [#FOLDER] (source: OSGi Compendium 8,
/// chapter 105).
public final class Metatype {
    /// Where they stand in a bundle.
    public static final String FOLDER = "OSGI-INF/metatype/";

    /// As in `io.sunaba.configuration.Allowed`.
    private static final String NAMESPACE = "https://sunaba.io/xmlns/configuration/v1.0.0";

    private Metatype() {}

    /// Returns what a document defines.
    ///
    /// @throws IOException if it cannot be read, or is none
    public static List<Definition> read(InputStream document) throws IOException {
        Reader reader = new Reader();
        try {
            SAXParserFactory factory = SAXParserFactory.newDefaultNSInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            factory.newSAXParser().parse(document, reader);
        } catch (SAXException | ParserConfigurationException | PatternSyntaxException e) {
            throw new IOException("not a Metatype document: " + e.getMessage(), e);
        }
        return reader.definitions();
    }

    private static final class Reader extends DefaultHandler {
        private final Map<String, Map<String, Property>> classes = new HashMap<>();
        private final Map<String, String> designated = new HashMap<>();
        private Map<String, Property> current = new HashMap<>();
        private String pid = "";
        private @Nullable Property open;
        private final List<String> options = new ArrayList<>();

        @Override
        public void startElement(String uri, String name, String qualified, Attributes found) {
            switch (name) {
                case "OCD" -> {
                    current = new HashMap<>();
                    classes.put(text(found, "id", ""), current);
                }
                case "AD" -> {
                    open = property(found);
                    options.clear();
                }
                case "Option" -> options.add(text(found, "value", ""));
                case "Designate" -> pid = text(found, "factoryPid", text(found, "pid", ""));
                case "Object" -> designated.put(pid, text(found, "ocdref", ""));
                default -> {
                    // Of no interest.
                }
            }
        }

        @Override
        public void endElement(String uri, String name, String qualified) {
            Property property = open;
            if (name.equals("AD") && property != null) {
                current.put(
                        property.name(),
                        new Property(
                                property.name(),
                                property.type(),
                                property.required(),
                                property.several(),
                                property.pattern(),
                                property.rule(),
                                options,
                                property.minimum(),
                                property.maximum()));
                open = null;
            }
        }

        List<Definition> definitions() {
            return designated.entrySet().stream()
                    .map(entry ->
                            new Definition(
                                    entry.getKey(),
                                    classes.getOrDefault(entry.getValue(), Map.of())))
                    .toList();
        }

        private static Property property(Attributes found) {
            String pattern = found.getValue(NAMESPACE, "pattern");
            return new Property(
                    text(found, "id", ""),
                    text(found, "type", "String"),
                    text(found, "required", "true").equals("true")
                            && found.getValue("default") == null,
                    !text(found, "cardinality", "0").equals("0"),
                    pattern == null ? null : Pattern.compile(pattern),
                    found.getValue(NAMESPACE, "rule"),
                    List.of(),
                    number(found.getValue("min")),
                    number(found.getValue("max")));
        }

        private static String text(Attributes found, String name, String otherwise) {
            String value = found.getValue(name);
            return value == null ? otherwise : value;
        }

        private static @Nullable Long number(@Nullable String text) {
            try {
                return text == null ? null : Long.valueOf(text);
            } catch (NumberFormatException _) {
                return null;
            }
        }
    }
}
