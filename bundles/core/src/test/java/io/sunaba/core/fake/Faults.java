package io.sunaba.core.fake;

import io.sunaba.error.UnavailableException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/// The points that the fakes pass, one of which can be made to fail, to hang, or to do something.
public final class Faults {
    /// What happens at a point.
    public interface Effect {
        void run() throws InterruptedException;
    }

    public final List<String> passed = new CopyOnWriteArrayList<>();
    private volatile @Nullable String point;
    private volatile Effect effect = () -> {};

    /// Arms a point: the next call that passes it has the effect.
    public void arm(String armed, Effect what) {
        effect = what;
        point = armed;
    }

    public void fail(String armed) {
        arm(
                armed,
                () -> {
                    throw new UnavailableException("injected at " + armed);
                });
    }

    /// Makes the next call at a point hang until it is interrupted.
    ///
    /// @return is counted down when it hangs
    public CountDownLatch hang(String armed) {
        CountDownLatch reached = new CountDownLatch(1);
        arm(
                armed,
                () -> {
                    reached.countDown();
                    new CountDownLatch(1).await();
                });
        return reached;
    }

    /// Passes a point that is not in this package.
    public void pass(String reached) throws InterruptedException {
        at(reached);
    }

    void at(String reached) throws InterruptedException {
        passed.add(reached);
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        if (reached.equals(point)) {
            point = null;
            effect.run();
        }
    }
}
