package io.sunaba.gate;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.NotFoundException;
import io.sunaba.error.UnavailableException;
import io.sunaba.trust.BundleSignature;
import io.sunaba.trust.BundleTrust;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.hooks.resolver.ResolverHook;
import org.osgi.framework.hooks.resolver.ResolverHookFactory;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.FrameworkWiring;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps bundles that are not trusted from being resolved: nothing of an unresolved bundle runs.
final class Gate implements ResolverHookFactory, BundleTrust {
    private static final Logger LOG = LoggerFactory.getLogger(Gate.class);

    /// Bound while a bundle is looked at again, which nobody is told of.
    private static final ScopedValue<Boolean> LOOKING = ScopedValue.newInstance();

    private final BundleContext context;
    private final Inspection inspection;
    private final Requirements requirements;
    private final Map<Long, String> told = new ConcurrentHashMap<>();

    /// Those that were kept out, and wait for another policy.
    private final Set<Long> out = ConcurrentHashMap.newKeySet();

    private volatile Policy policy;

    Gate(BundleContext context, Inspection inspection, Policy policy) {
        this.context = requireNonNull(context, "context is null");
        this.inspection = requireNonNull(inspection, "inspection is null");
        this.requirements = new Requirements(context);
        this.policy = requireNonNull(policy, "policy is null");
    }

    // ---- BundleTrust ---------------------------------------------------------------------------

    @Override
    public BundleSignature signature(long bundleId) {
        return inspection.signature(require(bundleId), policy.keyStore());
    }

    @Override
    public Optional<String> problem(long bundleId) {
        Bundle bundle = require(bundleId);
        if (bundle.getState() != Bundle.INSTALLED) {
            return Optional.empty();
        }
        return refusal(bundle).or(() -> requirements.missing(bundle));
    }

    @Override
    public List<String> refusals() {
        if (!policy.required()) {
            return List.of();
        }
        List<String> refusals = new ArrayList<>();
        for (Bundle bundle : context.getBundles()) {
            refusal(bundle)
                    .ifPresent(why ->
                            refusals.add(
                                    "bundle %s is refused: %s"
                                            .formatted(bundle.getSymbolicName(), why)));
        }
        return refusals;
    }

    private Bundle require(long bundleId) {
        Bundle bundle = context.getBundle(bundleId);
        if (bundle == null) {
            throw new NotFoundException("there is no bundle " + bundleId);
        }
        return bundle;
    }

    /// Returns why a bundle is not trusted, or nothing if it is, or trust is not asked for.
    private Optional<String> refusal(Bundle bundle) {
        if (!policy.required()) {
            return Optional.empty();
        }
        try {
            return inspection.signature(bundle, policy.keyStore()).flaw();
        } catch (UnavailableException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    // ---- resolver hooks ------------------------------------------------------------------------

    @Override
    public ResolverHook begin(Collection<BundleRevision> triggers) {
        List<Bundle> wanted = triggers.stream().map(BundleRevision::getBundle).toList();
        return new Hook(wanted, !LOOKING.isBound());
    }

    /// Whoever is refused cannot be resolved itself, and is wired to nobody.
    ///
    /// It is taken out of what is resolvable only when it is what is to be resolved: Felix then
    /// takes out whoever is resolved already, too.
    private final class Hook implements ResolverHook {
        private final List<Bundle> wanted;
        private final boolean telling;
        private final Map<Bundle, Boolean> known = new HashMap<>();

        Hook(List<Bundle> wanted, boolean telling) {
            this.wanted = wanted;
            this.telling = telling;
        }

        private boolean refuses(Bundle bundle) {
            return policy.required() && known.computeIfAbsent(bundle, Gate.this::keepsOut);
        }

        @Override
        public void filterResolvable(Collection<BundleRevision> candidates) {
            if (wanted.stream().anyMatch(this::refuses)) {
                candidates.removeIf(it -> refuses(it.getBundle()));
            }
        }

        @Override
        public void filterSingletonCollisions(
                BundleCapability singleton, Collection<BundleCapability> candidates) {
            // All may collide as they do.
        }

        @Override
        public void filterMatches(
                BundleRequirement requirement, Collection<BundleCapability> candidates) {
            if (refuses(requirement.getRevision().getBundle())) {
                candidates.clear();
            } else {
                candidates.removeIf(it -> refuses(it.getRevision().getBundle()));
            }
        }

        @Override
        public void end() {
            if (telling) {
                // The framework holds its locks here.
                Thread.startVirtualThread(() -> wanted.forEach(Gate.this::tell));
            }
        }
    }

    private boolean keepsOut(Bundle bundle) {
        boolean refused = refusal(bundle).isPresent();
        if (refused) {
            out.add(bundle.getBundleId());
        }
        return refused;
    }

    /// Logs in plain words, once, why a bundle that was to be resolved is not.
    private void tell(Bundle bundle) {
        try {
            Optional<String> problem =
                    isResolved(bundle) ? Optional.empty() : problem(bundle.getBundleId());
            if (problem.isEmpty()) {
                told.remove(bundle.getBundleId());
            } else if (!problem.get().equals(told.put(bundle.getBundleId(), problem.get()))) {
                LOG.error(
                        "Bundle {} {} ({}) is not let in: {}",
                        bundle.getSymbolicName(),
                        bundle.getVersion(),
                        bundle.getLocation(),
                        problem.get());
            }
        } catch (NotFoundException | IllegalStateException _) {
            // It has just been uninstalled, or this platform stops.
        }
    }

    /// Waits until the framework is done with what it resolves.
    private boolean isResolved(Bundle bundle) {
        return resolve(List.of(bundle));
    }

    /// Resolves the platform's bundles together, which takes less than one by one as they start.
    void resolveOwn() {
        var _ =
                resolve(
                        Arrays.stream(context.getBundles())
                                .filter(it -> it.getState() == Bundle.INSTALLED)
                                .filter(inspection::isFromSystem)
                                .toList());
    }

    private boolean resolve(List<Bundle> bundles) {
        return ScopedValue.where(LOOKING, true).call(() -> wiring().resolveBundles(bundles));
    }

    private FrameworkWiring wiring() {
        return requireNonNull(
                context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).adapt(FrameworkWiring.class));
    }

    /// Looks at a bundle again that was changed.
    void changed(Bundle bundle) {
        inspection.forget(bundle);
        told.remove(bundle.getBundleId());
    }

    // ---- configuration -------------------------------------------------------------------------

    /// Puts another policy in force: bundles that are not trusted any more are stopped, those that
    /// were waiting for it are started.
    void apply(Policy next) {
        policy = next;
        LOG.info(
                next.required()
                        ? "Bundles must be signed by a certificate of {}"
                        : "Bundles need no signature",
                next.keyStore());
        List<Bundle> bundles = Arrays.asList(context.getBundles());
        List<Bundle> refused =
                bundles.stream()
                        .filter(it -> it.getState() != Bundle.INSTALLED)
                        .filter(this::keepsOut)
                        .toList();
        if (!refused.isEmpty()) {
            refused.forEach(it -> LOG.warn("Bundle {} is stopped: it is not trusted", it));
            wiring().refreshBundles(refused, _ -> refused.forEach(this::tell));
        }
        bundles.stream()
                .filter(it -> out.contains(it.getBundleId()) && refusal(it).isEmpty())
                .forEach(this::start);
    }

    private void start(Bundle waiting) {
        out.remove(waiting.getBundleId());
        BundleStartLevel level = waiting.adapt(BundleStartLevel.class);
        if (level == null || !level.isPersistentlyStarted()) {
            return;
        }
        try {
            waiting.start(Bundle.START_TRANSIENT | Bundle.START_ACTIVATION_POLICY);
        } catch (BundleException e) {
            LOG.error("Bundle {} cannot be started", waiting, e);
        }
    }
}
