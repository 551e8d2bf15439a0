package io.sunaba.core.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.error.NotFoundException;
import io.sunaba.sandbox.ContainerState;
import io.sunaba.sandbox.ContainerStatus;
import io.sunaba.sandbox.Interface;
import io.sunaba.sandbox.Resources;
import io.sunaba.sandbox.Route;
import io.sunaba.sandbox.Sandbox;
import io.sunaba.sandbox.SandboxState;
import java.util.List;
import java.util.Optional;

/// The operations of the matrix: what must be there before, the operation, and how a user goes on
/// whose call failed. There is always a running sandbox `other` that must not notice.
enum Operation {
    CREATE {
        @Override
        void prepare(World world) {
            // Nothing is there.
        }

        @Override
        void run(World world) throws InterruptedException {
            world.create("web", "one", "two");
        }

        @Override
        void repeat(World world) throws InterruptedException {
            if (world.hasWeb()) {
                assertThat(world.web().status().containers()).hasSize(2);
                end(world);
            }
            run(world);
        }
    },

    START {
        @Override
        void prepare(World world) throws InterruptedException {
            world.create("web", "one", "two");
        }

        @Override
        void run(World world) throws InterruptedException {
            world.web().start();
        }

        @Override
        void repeat(World world) throws InterruptedException {
            if (world.web().status().state() != SandboxState.RUNNING) {
                run(world);
            }
            assertRunning(world, "one");
            assertRunning(world, "two");
        }
    },

    START_AGAIN {
        @Override
        void prepare(World world) throws InterruptedException {
            START.prepare(world);
            START.run(world);
            STOP.run(world);
        }

        @Override
        void run(World world) throws InterruptedException {
            START.run(world);
        }

        @Override
        void repeat(World world) throws InterruptedException {
            START.repeat(world);
        }
    },

    CREATE_CONTAINER {
        @Override
        void prepare(World world) throws InterruptedException {
            world.create("web", "one");
            world.web().start();
        }

        @Override
        void run(World world) throws InterruptedException {
            world.web().createContainer(world.container("two"));
        }

        @Override
        void repeat(World world) throws InterruptedException {
            if (world.web().status().state() == SandboxState.STOPPED) {
                world.web().start();
            }
            if (container(world, "two").isEmpty()) {
                run(world);
            }
            if (container(world, "two").orElseThrow().state() != ContainerState.RUNNING) {
                world.web().startContainer("two");
            }
            assertRunning(world, "two");
        }
    },

    START_CONTAINER {
        @Override
        void prepare(World world) throws InterruptedException {
            CREATE_CONTAINER.prepare(world);
            CREATE_CONTAINER.run(world);
        }

        @Override
        void run(World world) throws InterruptedException {
            world.web().startContainer("two");
        }

        @Override
        void repeat(World world) throws InterruptedException {
            CREATE_CONTAINER.repeat(world);
        }
    },

    RESTART_CONTAINER {
        @Override
        void prepare(World world) throws InterruptedException {
            START_CONTAINER.prepare(world);
            START_CONTAINER.run(world);
            world.web().stopContainer("two", false);
        }

        @Override
        void run(World world) throws InterruptedException {
            START_CONTAINER.run(world);
        }

        @Override
        void repeat(World world) throws InterruptedException {
            CREATE_CONTAINER.repeat(world);
        }
    },

    DELETE_CONTAINER {
        @Override
        void prepare(World world) throws InterruptedException {
            CREATE_CONTAINER.prepare(world);
            CREATE_CONTAINER.run(world);
        }

        @Override
        void run(World world) throws InterruptedException {
            world.web().deleteContainer("two");
        }

        @Override
        void repeat(World world) throws InterruptedException {
            if (container(world, "two").isPresent()) {
                if (container(world, "two").orElseThrow().state() == ContainerState.RUNNING) {
                    world.web().stopContainer("two", false);
                }
                run(world);
            }
            CREATE_CONTAINER.repeat(world);
        }
    },

    DELETE {
        @Override
        void prepare(World world) throws InterruptedException {
            world.create("web", "one");
        }

        @Override
        void run(World world) throws InterruptedException {
            world.web().delete();
        }

        @Override
        void repeat(World world) throws InterruptedException {
            if (world.hasWeb()) {
                run(world);
            }
            prepare(world);
        }
    },

    STOP {
        @Override
        void prepare(World world) throws InterruptedException {
            world.create("web", "one", "two");
            world.web().start();
            world.web().createContainer(world.container("ready"));
        }

        @Override
        void run(World world) throws InterruptedException {
            world.web().stop(false);
        }

        @Override
        void repeat(World world) throws InterruptedException {
            run(world);
            START.repeat(world);
        }
    },

    STOP_BY_FORCE {
        @Override
        void prepare(World world) throws InterruptedException {
            STOP.prepare(world);
        }

        @Override
        void run(World world) throws InterruptedException {
            world.web().stop(true);
        }

        @Override
        void repeat(World world) throws InterruptedException {
            run(world);
            START.repeat(world);
        }
    },

    PAUSE_CONTAINER {
        @Override
        void prepare(World world) throws InterruptedException {
            START.prepare(world);
            START.run(world);
        }

        @Override
        void run(World world) throws InterruptedException {
            world.web().pauseContainer("two");
        }

        @Override
        void repeat(World world) throws InterruptedException {
            startAgain(world);
            if (world.web().statusContainer("two").state() != ContainerState.PAUSED) {
                run(world);
            }
            RESUME_CONTAINER.run(world);
            assertRunning(world, "two");
        }
    },

    RESUME_CONTAINER {
        @Override
        void prepare(World world) throws InterruptedException {
            PAUSE_CONTAINER.prepare(world);
            PAUSE_CONTAINER.run(world);
        }

        @Override
        void run(World world) throws InterruptedException {
            world.web().resumeContainer("two");
        }

        @Override
        void repeat(World world) throws InterruptedException {
            startAgain(world);
            if (world.web().statusContainer("two").state() == ContainerState.PAUSED) {
                run(world);
            }
            assertRunning(world, "two");
        }
    },

    UPDATE_CONTAINER {
        @Override
        void prepare(World world) throws InterruptedException {
            START.prepare(world);
            START.run(world);
        }

        @Override
        void run(World world) throws InterruptedException {
            world.web()
                    .updateContainer("two", new Resources(512L, null, null, null, 32L << 20, null));
        }

        @Override
        void repeat(World world) throws InterruptedException {
            START.repeat(world);
            run(world);
        }
    },

    ADD_INTERFACE {
        @Override
        void prepare(World world) throws InterruptedException {
            world.create("web", "one");
        }

        @Override
        void run(World world) throws InterruptedException {
            world.web()
                    .addInterface(
                            new Interface(
                                    "eth1",
                                    null,
                                    List.of("10.7.0.2/16"),
                                    null,
                                    new Interface.Tap("tap11", "br0")));
        }

        @Override
        void repeat(World world) throws InterruptedException {
            startAgain(world);
            if (!hasInterface(world, "eth1")) {
                run(world);
            }
            assertThat(hasInterface(world, "eth1")).isTrue();
        }
    },

    REMOVE_INTERFACE {
        @Override
        void prepare(World world) throws InterruptedException {
            ADD_INTERFACE.prepare(world);
            ADD_INTERFACE.run(world);
        }

        @Override
        void run(World world) throws InterruptedException {
            world.web().removeInterface("eth0");
        }

        @Override
        void repeat(World world) throws InterruptedException {
            startAgain(world);
            if (hasInterface(world, "eth0")) {
                run(world);
            }
            assertThat(hasInterface(world, "eth0")).isFalse();
            assertThat(hasInterface(world, "eth1")).isTrue();
        }
    },

    UPDATE_ROUTES {
        private static final List<Route> ROUTES =
                List.of(new Route("10.4.0.0/16", "10.9.0.1", "eth0", null, 0));

        @Override
        void prepare(World world) throws InterruptedException {
            ADD_INTERFACE.prepare(world);
        }

        @Override
        void run(World world) throws InterruptedException {
            world.web().updateRoutes(ROUTES);
        }

        @Override
        void repeat(World world) throws InterruptedException {
            startAgain(world);
            run(world);
            assertThat(world.web().listRoutes()).isEqualTo(ROUTES);
        }
    },

    ADD_DEVICE {
        @Override
        void prepare(World world) throws InterruptedException {
            START.prepare(world);
            START.run(world);
        }

        @Override
        void run(World world) throws InterruptedException {
            world.web().addDevice(world.device("data", "two"));
        }

        @Override
        void repeat(World world) throws InterruptedException {
            startAgain(world);
            if (world.web().listDevices().isEmpty()) {
                run(world);
            }
            REMOVE_DEVICE.run(world);
            assertRunning(world, "two");
        }
    },

    REMOVE_DEVICE {
        @Override
        void prepare(World world) throws InterruptedException {
            ADD_DEVICE.prepare(world);
            ADD_DEVICE.run(world);
        }

        @Override
        void run(World world) throws InterruptedException {
            world.web().removeDevice("data");
        }

        @Override
        void repeat(World world) throws InterruptedException {
            startAgain(world);
            if (!world.web().listDevices().isEmpty()) {
                run(world);
            }
            ADD_DEVICE.run(world);
            assertRunning(world, "two");
        }
    },

    RESTART_WITH_DEVICE {
        @Override
        void prepare(World world) throws InterruptedException {
            RESTART_CONTAINER.prepare(world);
            world.web().addDevice(world.device("data", "two"));
        }

        @Override
        void run(World world) throws InterruptedException {
            START_CONTAINER.run(world);
        }

        @Override
        void repeat(World world) throws InterruptedException {
            CREATE_CONTAINER.repeat(world);
            assertThat(world.web().listDevices()).hasSize(1);
        }
    },

    USE_STORAGE {
        @Override
        void prepare(World world) throws InterruptedException {
            START.prepare(world);
            START.run(world);
            String first = world.storageInUse();
            // What an earlier use leaves there is stale.
            world.storages().use(first.equals("fs") ? "leveldb" : "fs");
            world.create("stale");
            world.sandboxes().fetch("stale").delete();
            world.storages().use(first);
        }

        @Override
        void run(World world) throws InterruptedException {
            world.storages().use(world.storageInUse().equals("fs") ? "leveldb" : "fs");
        }

        @Override
        void repeat(World world) throws InterruptedException {
            String before = world.storageInUse();
            run(world);
            assertThat(world.storageInUse()).isNotEqualTo(before);
            world.stopAndStart();
            assertThat(world.storageInUse()).isNotEqualTo(before);
            if (world.web().status().state() == SandboxState.STOPPED) {
                world.web().start();
            }
        }
    };

    abstract void prepare(World world) throws InterruptedException;

    abstract void run(World world) throws InterruptedException;

    /// Goes on after the operation failed, or was done and not heard of; ends with a sandbox `web`.
    abstract void repeat(World world) throws InterruptedException;

    /// Removes the sandbox.
    static void end(World world) throws InterruptedException {
        Sandbox web = world.web();
        web.stop(false);
        web.delete();
    }

    private static Optional<ContainerStatus> container(World world, String id)
            throws InterruptedException {
        try {
            return Optional.of(world.web().statusContainer(id));
        } catch (NotFoundException _) {
            return Optional.empty();
        }
    }

    /// Starts the sandbox if something has stopped it.
    private static void startAgain(World world) throws InterruptedException {
        if (world.web().status().state() == SandboxState.STOPPED) {
            world.web().start();
        }
    }

    private static boolean hasInterface(World world, String name) throws InterruptedException {
        return world.web().listInterfaces().stream().anyMatch(each -> each.name().equals(name));
    }

    private static void assertRunning(World world, String container) throws InterruptedException {
        assertThat(world.web().statusContainer(container).state())
                .isEqualTo(ContainerState.RUNNING);
    }
}
