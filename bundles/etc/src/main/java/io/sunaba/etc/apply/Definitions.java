package io.sunaba.etc.apply;

import static java.util.Objects.requireNonNull;

import io.sunaba.etc.Definition;
import io.sunaba.etc.Metatype;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the bundles that are installed say of their configurations.
final class Definitions {
    private static final Logger LOG = LoggerFactory.getLogger(Definitions.class);

    private final BundleContext context;
    private final Map<Bundle, List<Definition>> read = new ConcurrentHashMap<>();

    Definitions(BundleContext context) {
        this.context = requireNonNull(context, "context is null");
    }

    /// Returns what bundles say of a configuration.
    List<Definition> of(String pid) {
        List<Definition> found = new ArrayList<>();
        for (Bundle bundle : context.getBundles()) {
            for (Definition definition : read.computeIfAbsent(bundle, Definitions::read)) {
                if (definition.pid().equals(pid)) {
                    found.add(definition);
                }
            }
        }
        return found;
    }

    /// Takes note of a change; returns whether something is defined that was not, or not any more.
    boolean changed(BundleEvent event) {
        return switch (event.getType()) {
            case BundleEvent.INSTALLED ->
                    !read.computeIfAbsent(event.getBundle(), Definitions::read).isEmpty();
            case BundleEvent.UPDATED -> {
                boolean before = drop(event.getBundle());
                yield !read.computeIfAbsent(event.getBundle(), Definitions::read).isEmpty()
                        || before;
            }
            case BundleEvent.UNINSTALLED -> drop(event.getBundle());
            default -> false;
        };
    }

    private boolean drop(Bundle bundle) {
        List<Definition> dropped = read.remove(bundle);
        return dropped != null && !dropped.isEmpty();
    }

    private static List<Definition> read(Bundle bundle) {
        List<Definition> found = new ArrayList<>();
        Enumeration<String> paths = bundle.getEntryPaths(Metatype.FOLDER);
        for (String path : paths == null ? List.<String>of() : Collections.list(paths)) {
            URL document = path.endsWith(".xml") ? bundle.getEntry(path) : null;
            if (document != null) {
                try (InputStream in = document.openStream()) {
                    found.addAll(Metatype.read(in));
                } catch (IOException e) {
                    LOG.warn("{} of {} is passed over: {}", path, bundle, e.getMessage());
                }
            }
        }
        return found;
    }
}
