package io.sunaba.gate;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.CodeSigner;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Who signed all of a jar.
///
/// @param all those whose signature covers every entry
/// @param flaw why there is nobody, in one line
record Signers(List<CodeSigner> all, Optional<String> flaw) {
    /// What a signature does not cover, because it is its own record.
    private static final Pattern RECORD =
            Pattern.compile(
                    "META-INF/(MANIFEST\\.MF|SIG-[^/]*|[^/]*\\.(SF|RSA|DSA|EC))",
                    Pattern.CASE_INSENSITIVE);

    static Signers of(Path jar) throws IOException {
        @Nullable Set<CodeSigner> common = null;
        boolean signed = false;
        try (JarFile file = new JarFile(jar.toFile(), true)) {
            List<JarEntry> entries = Collections.list(file.entries());
            for (JarEntry entry : entries) {
                if (entry.isDirectory()) {
                    continue;
                }
                read(file, entry);
                if (RECORD.matcher(entry.getName()).matches()) {
                    signed |= !entry.getName().equalsIgnoreCase(JarFile.MANIFEST_NAME);
                    continue;
                }
                CodeSigner[] signers = entry.getCodeSigners();
                if (signers == null || signers.length == 0) {
                    return nobody(
                            signed || hasSignature(entries)
                                    ? "its signature does not cover " + entry.getName()
                                    : "it is not signed");
                }
                if (common == null) {
                    common = new HashSet<>(Arrays.asList(signers));
                } else {
                    common.retainAll(Arrays.asList(signers));
                }
            }
        } catch (SecurityException e) {
            return nobody("it was changed after it was signed: " + e.getMessage());
        }
        if (common == null) {
            return nobody("it is not signed");
        }
        return common.isEmpty()
                ? nobody("no signature covers all of it")
                : new Signers(List.copyOf(common), Optional.empty());
    }

    private static boolean hasSignature(List<JarEntry> entries) {
        return entries.stream()
                .map(JarEntry::getName)
                .anyMatch(name -> name.regionMatches(true, name.length() - 3, ".SF", 0, 3));
    }

    /// Only what was read to its end is verified.
    private static void read(JarFile file, JarEntry entry) throws IOException {
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = file.getInputStream(entry)) {
            while (in.read(buffer) >= 0) {
                // On to its end.
            }
        }
    }

    private static Signers nobody(String flaw) {
        return new Signers(List.of(), Optional.of(flaw));
    }
}
