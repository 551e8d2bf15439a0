package io.sunaba.core.plugin;

import static java.util.Objects.requireNonNull;

import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Has the framework let go of threads that have ended.
///
/// Felix 7.0.5 notes in a bundle's class loader which thread defines which class, and forgets to
/// take that back if another thread has just defined the same one
/// (`BundleWiringImpl.BundleClassLoader.defineClassParallel`). What such a thread last did holds
/// the classes of a bundle that has been replaced since, as long as the other bundle is there.
@Component(
        service = {},
        immediate = true)
public final class EndedThreads {
    private static final Duration PERIOD = Duration.ofSeconds(20);
    private static final String NOTES = "m_classLocks";

    private static final Logger LOG = LoggerFactory.getLogger(EndedThreads.class);

    private final BundleContext context;
    private final CountDownLatch over = new CountDownLatch(1);

    /// Begins; with a framework that keeps no such notes there is nothing to do.
    @Activate
    public EndedThreads(BundleContext context) {
        this.context = requireNonNull(context, "context is null");
        Thread.ofVirtual().name("ended-threads").start(this::look);
    }

    @Deactivate
    void deactivate() {
        over.countDown();
    }

    private void look() {
        try {
            while (!over.await(PERIOD.toMillis(), TimeUnit.MILLISECONDS)) {
                for (Bundle bundle : context.getBundles()) {
                    BundleWiring wiring = bundle.adapt(BundleWiring.class);
                    if (wiring != null && wiring.getClassLoader() != null) {
                        letGo(wiring.getClassLoader());
                    }
                }
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts this", e);
        } catch (IllegalStateException e) {
            LOG.debug("The bundle has stopped", e);
        }
    }

    /// Forgets the threads of a class loader that have ended: they define no class any more.
    static void letGo(ClassLoader loader) {
        for (Field field : loader.getClass().getDeclaredFields()) {
            if (field.getName().equals(NOTES)) {
                letGo(loader, field);
            }
        }
    }

    private static void letGo(ClassLoader loader, Field notes) {
        try {
            notes.setAccessible(true);
            if (notes.get(loader) instanceof Map<?, ?> threads) {
                threads.values().removeIf(thread -> thread instanceof Thread it && !it.isAlive());
            }
        } catch (IllegalAccessException | InaccessibleObjectException e) {
            LOG.debug("What {} notes cannot be seen", loader, e);
        }
    }
}
