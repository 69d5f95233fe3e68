/* Kernels from shared objects. */
#include "kernel/catalogue.h"

#include <dlfcn.h>

struct spk__kernel_file {
    void *object;
};

static spk_status check(spk_ctx *ctx, const char *path, const spk_kernel *k) {
    spk_loc loc = {.file = path};
    if (k->abi != SPK_KERNEL_ABI)
        return spk__fail(ctx, SPK_ERR_INPUT, &loc, "compile the model again",
                         "the kernel was made for interface %d and this program has %d", k->abi,
                         SPK_KERNEL_ABI);
    if (k->isa < 0 || k->isa > (int)spk__cpu_isa())
        return spk__fail(ctx, SPK_ERR_INPUT, &loc, "compile the model on this machine",
                         "the kernel was made for %s and this machine has %s at best",
                         k->isa >= 0 && k->isa < SPK_ISA_COUNT ? spk__isa_name((spk_isa)k->isa)
                                                               : "an unknown instruction set",
                         spk__isa_name(spk__cpu_isa()));
    if (k->width < 1 || k->width > 16 || k->unroll < 1 || k->unroll > 64 || !k->prepare ||
        !k->defaults || !k->guard ||
        (k->synapse ? !k->synapse->pre : !k->run || !k->step || !k->record))
        return spk__fail(ctx, SPK_ERR_INPUT, &loc, "compile the model again",
                         "the kernel is damaged");
    return SPK_OK;
}

spk_status spk__kernel_load(spk_ctx *ctx, const char *path, spk__kernel_file **handle,
                            const spk_kernel **out) {
    spk_loc loc = {.file = path};
    spk__kernel_file *f = SPK__NEW(ctx, spk__kernel_file);
    if (!f)
        return SPK_ERR_MEMORY;
    spk_status st = SPK_OK;
    const spk_kernel *k = NULL;
    f->object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (f->object)
        k = dlsym(f->object, SPK__KERNEL_ENTRY);
    if (!f->object)
        st =
            spk__fail(ctx, SPK_ERR_INPUT, &loc, NULL, "the kernel cannot be loaded: %s", dlerror());
    else if (!k)
        st = spk__fail(ctx, SPK_ERR_INPUT, &loc, NULL, "there is no kernel in this file");
    else
        st = check(ctx, path, k);
    if (st) {
        spk__kernel_unload(ctx, f);
        return st;
    }
    *handle = f;
    *out = k;
    return SPK_OK;
}

void spk__kernel_unload(spk_ctx *ctx, spk__kernel_file *f) {
    if (!f)
        return;
    if (f->object)
        dlclose(f->object);
    spk__free(ctx, f);
}
