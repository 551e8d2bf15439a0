/// The gate: which bundles may be resolved, and so have their code run.
@NullMarked
package io.sunaba.gate;

import org.jspecify.annotations.NullMarked;
