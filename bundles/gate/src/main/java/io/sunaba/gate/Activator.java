package io.sunaba.gate;

import static java.util.Objects.requireNonNullElse;

import io.sunaba.error.RejectedException;
import io.sunaba.error.SunabaException;
import io.sunaba.trust.BundleTrust;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.framework.hooks.resolver.ResolverHookFactory;
import org.osgi.service.cm.ConfigurationException;
import org.osgi.service.cm.ManagedService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Opens the gate, before any bundle that is not the platform's own is started.
///
/// The configuration in `etc/` is read here first, since nothing else of the platform runs yet, and
/// then follows its edits through ConfigAdmin.
public final class Activator implements BundleActivator {
    private static final Logger LOG = LoggerFactory.getLogger(Activator.class);
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([^}]*)\\}");
    private static final Policy OPEN = new Policy(false, new KeyStoreFile(Path.of(""), ""));

    @Override
    public void start(BundleContext context) throws IOException {
        Path home = Path.of(requireNonNullElse(context.getProperty("sunaba.home"), ""));
        Path scratch = context.getDataFile("").toPath();
        Gate gate =
                new Gate(
                        context,
                        new Inspection(
                                home.resolve("system").toAbsolutePath().normalize(),
                                scratch,
                                InstantSource.system()),
                        written(context, home.resolve("etc/" + Policy.PID + ".cfg")));
        SynchronousBundleListener listener =
                event -> {
                    if (event.getType() == BundleEvent.UPDATED
                            || event.getType() == BundleEvent.UNINSTALLED) {
                        gate.changed(event.getBundle());
                    }
                };
        context.addBundleListener(listener);
        var _ = context.registerService(ResolverHookFactory.class, gate, null);
        gate.resolveOwn();
        var _ = context.registerService(BundleTrust.class, gate, null);
        var _ =
                context.registerService(
                        ManagedService.class,
                        new Configured(gate),
                        FrameworkUtil.asDictionary(Map.of(Constants.SERVICE_PID, Policy.PID)));
    }

    @Override
    public void stop(BundleContext context) {
        // The framework takes the services away.
    }

    /// Follows the edits.
    private static final class Configured implements ManagedService {
        private final Gate gate;
        private boolean configured;

        Configured(Gate gate) {
            this.gate = gate;
        }

        @Override
        public void updated(@Nullable Dictionary<String, ?> properties)
                throws ConfigurationException {
            if (properties == null) {
                // Nothing yet: what was read at the start stays in force.
                if (configured) {
                    gate.apply(OPEN);
                }
                return;
            }
            try {
                Policy policy = Policy.of(FrameworkUtil.asMap(properties));
                var _ = policy.required() ? policy.keyStore().certificates() : null;
                configured = true;
                gate.apply(policy);
            } catch (SunabaException e) {
                LOG.error(
                        "etc/{}.cfg: {}; what was in force before stays in force",
                        Policy.PID,
                        e.getMessage());
            }
        }
    }

    private static Policy written(BundleContext context, Path file) throws IOException {
        if (!Files.exists(file)) {
            return OPEN;
        }
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        }
        Map<String, String> settings = new HashMap<>();
        for (String key : properties.stringPropertyNames()) {
            settings.put(
                    key,
                    VARIABLE.matcher(properties.getProperty(key))
                            .replaceAll(it ->
                                    Matcher.quoteReplacement(
                                            requireNonNullElse(
                                                    context.getProperty(it.group(1)), ""))));
        }
        try {
            return Policy.of(settings);
        } catch (RejectedException e) {
            LOG.error("{}: {}; no bundle but the platform's own is let in", file, e.getMessage());
            return new Policy(true, new KeyStoreFile(Path.of("(not configured)"), ""));
        }
    }
}
